/** The stories of the guided tour, for the world of Contoso. Each takes about a minute. */
import type { Step, Story } from './tour-steps.ts'

/** The first time that somebody is known by their Slack account alone. */
const signIn = (name: string, then: string): Step => ({
  say: `Slack does not prove who somebody is in Entra, so the bot asks once. Follow the link, pick ${name}, confirm, and come back.`,
  at: { pane: 'slack', press: 'Sign in', last: true },
  tab: { as: name, press: ['Yes, both are mine'] },
  until: { pane: 'slack', reads: then },
  maybe: true,
})

const ASK: Story = {
  id: 'ask',
  title: 'Ask in Slack, approve in Teams',
  people: ['Alice Adams', 'Bob Brandt'],
  vms: ['vm01'],
  steps: [
    {
      say: 'You are Alice, an engineer, in Slack. Ask for two hours on a production VM: send this line.',
      as: { slack: 'Alice Adams', teams: 'Bob Brandt' },
      vm: 'vm01',
      at: { pane: 'slack', field: 'message' },
      type: '/rdp connect vm01 2h {ticket} disk full',
    },
    signIn('Alice Adams', 'Waiting for approval: vm01[^]*{ticket}'),
    {
      say: 'Bob is her manager and lives in Teams: the question went there. You are Bob now. Approve.',
      at: { pane: 'teams', press: 'Approve', on: 'Alice Adams asks for RDP to vm01[^]*{ticket}' },
      until: { pane: 'teams', reads: 'Approved: vm01[^]*{ticket}' },
    },
    {
      say: 'Alice again. The port opens for one address only, hers: she opens a page on the computer that she connects from, and presses Open there.',
      at: { pane: 'slack', press: 'Open access', on: 'Approved: vm01[^]*{ticket}' },
      tab: { as: 'Alice Adams', press: ['Open'] },
      until: { pane: 'slack', reads: 'Ready: vm01[^]*{ticket}' },
    },
    {
      say: 'Ready is said only after Azure confirmed it: here is the rule, for one address and one port. Everybody else is still shut out by the rule below.',
      at: { pane: 'azure', see: 'JIT[^]*203\\.0\\.113\\.25[^]*allow' },
    },
    {
      say: 'The connection file came in private, with the clipboard and drives off. Now let two hours go by.',
      at: { pane: 'top', press: '+2 h' },
      until: { pane: 'slack', reads: 'Time is over, shut: vm01[^]*{ticket}' },
    },
    {
      say: 'Shut, and read back from Azure before it was said. Both cards tell how it ended, in both chats.',
      at: { pane: 'slack', see: 'Time is over, shut: vm01[^]*{ticket}' },
    },
  ],
}

const REFUSED: Story = {
  id: 'refused',
  title: 'Refused, and why',
  people: ['Alice Adams', 'Gus Gast'],
  vms: ['vm01', 'oldlab01'],
  steps: [
    {
      say: 'You are Gus, a guest from another company, in Teams. Ask for a production VM.',
      as: { teams: 'Gus Gast', slack: 'Alice Adams' },
      at: { pane: 'teams', field: 'message' },
      type: 'connect vm01 1h {ticket}',
    },
    {
      say: 'Guests get nothing, whatever a chat lets them write.',
      at: { pane: 'teams', see: 'Only for members' },
    },
    {
      say: 'Alice is an engineer, but the policy wants a ticket in the reason. Try it without one.',
      at: { pane: 'slack', field: 'message' },
      type: '/rdp connect vm01 2h just looking',
    },
    signIn('Alice Adams', 'reason does not fit'),
    {
      say: 'The answer says what the rule wants, in the words that whoever wrote the policy chose.',
      at: { pane: 'slack', see: 'reason does not fit' },
    },
    {
      say: 'With a ticket, but for nine hours.',
      at: { pane: 'slack', field: 'message' },
      type: '/rdp connect vm01 9h {ticket}',
    },
    {
      say: 'Too long, and how long it may be.',
      at: { pane: 'slack', see: 'Too long|Longer than' },
    },
    {
      say: 'Somebody was in a hurry once, and left a VM open to the whole internet. Ask for that one.',
      vm: 'oldlab01',
      at: { pane: 'slack', field: 'message' },
      type: '/rdp connect oldlab01 1h {ticket}',
    },
    {
      say: 'No window is opened beside a hole: the answer names the rule that has to go first. In Azure it is the first of this VM.',
      at: { pane: 'slack', see: 'already open to everyone' },
    },
    {
      say: 'What would be allowed? Ask, before you ask.',
      at: { pane: 'slack', field: 'message' },
      type: '/rdp why vm01 2h',
    },
    {
      say: 'The same judgement, with its reasons, and nobody is bothered.',
      at: { pane: 'slack', see: 'vm01 for 2 h' },
    },
  ],
}

const OVERLAP: Story = {
  id: 'overlap',
  title: 'Two people on one VM',
  people: ['Alice Adams', 'Dave Dimitrov'],
  vms: ['build01'],
  steps: [
    {
      say: 'build01 is for development: engineers may go in without asking anybody. Alice wants it for two hours.',
      as: { slack: 'Alice Adams', teams: 'Dave Dimitrov' },
      vm: 'build01',
      at: { pane: 'slack', field: 'message' },
      type: '/rdp connect build01 2h {ticket} nightly build',
    },
    signIn('Alice Adams', 'Approved: build01[^]*{ticket}'),
    {
      say: 'Allowed by the policy at once. Alice opens it from the office.',
      at: { pane: 'slack', press: 'Open access', on: 'Approved: build01[^]*{ticket}' },
      tab: { as: 'Alice Adams', press: ['Open'] },
      until: { pane: 'slack', reads: 'Ready: build01[^]*{ticket}' },
    },
    {
      say: 'Dave is in Teams, and needs the same VM for an hour.',
      at: { pane: 'teams', field: 'message' },
      type: 'connect build01 1h {ticket} tests',
    },
    {
      say: 'Dave works from home: that is where his browser comes from. Set this address.',
      at: { pane: 'top', field: 'address' },
      type: '192.0.2.80',
      until: { comesFrom: '192.0.2.80' },
    },
    {
      say: 'Now Dave opens it, from home.',
      at: { pane: 'teams', press: 'Open access', on: 'Approved: build01[^]*{ticket}' },
      tab: { as: 'Dave Dimitrov', press: ['Open'] },
      until: { pane: 'teams', reads: 'Ready: build01[^]*{ticket}' },
    },
    {
      say: 'Both are in, each from one address. A second request for the same port is where Azure itself is unclear; Latchkey asks for both together.',
      at: { pane: 'azure', see: '192\\.0\\.2\\.80[^]*allow' },
    },
    {
      say: 'Alice has finished early. She gives it back.',
      at: { pane: 'slack', press: 'I am done', on: 'Ready: build01[^]*{ticket}' },
      until: { pane: 'slack', reads: 'Returned, shut: build01[^]*{ticket}' },
    },
    {
      say: 'Her address is gone. His is not: one end never closes the window of another.',
      at: { pane: 'azure', see: '192\\.0\\.2\\.80[^]*allow' },
    },
    {
      say: 'Let his hour go by.',
      at: { pane: 'top', press: '+1 h' },
      until: { pane: 'teams', reads: 'Time is over, shut: build01[^]*{ticket}' },
    },
  ],
}

const TRAIN: Story = {
  id: 'train',
  title: 'A new address on the train',
  people: ['Alice Adams', 'Bob Brandt'],
  vms: ['vm10'],
  steps: [
    {
      say: 'The other way round: Alice is in Teams, and asks for a production VM.',
      as: { teams: 'Alice Adams', slack: 'Bob Brandt' },
      vm: 'vm10',
      at: { pane: 'teams', field: 'message' },
      type: 'connect vm10 1h {ticket} patching',
    },
    {
      say: 'Bob is in Slack today. He approves there.',
      at: { pane: 'slack', press: 'Approve', on: 'Alice Adams asks for RDP to vm10[^]*{ticket}' },
    },
    signIn('Bob Brandt', 'Approved: vm10[^]*{ticket}'),
    {
      say: 'Alice opens it from the office, and works.',
      at: { pane: 'teams', press: 'Open access', on: 'Approved: vm10[^]*{ticket}' },
      tab: { as: 'Alice Adams', press: ['Open'] },
      until: { pane: 'teams', reads: 'Ready: vm10[^]*{ticket}' },
    },
    {
      say: 'She catches her train. Her address is another one now, and the VM does not know it. Set it.',
      at: { pane: 'top', field: 'address' },
      type: '198.51.100.200',
      until: { comesFrom: '198.51.100.200' },
    },
    {
      say: 'She opens the same page again: it sees the new address, and asks whether to use it.',
      at: { pane: 'teams', press: 'Get vm10.rdp', on: 'Ready: vm10[^]*{ticket}' },
      tab: { as: 'Alice Adams', press: ['Use this address'] },
      until: { pane: 'azure', reads: '198\\.51\\.100\\.200[^]*allow' },
    },
    {
      say: 'The same approval, the same end, another address. The one before is shut.',
      at: { pane: 'azure', see: '198\\.51\\.100\\.200[^]*allow' },
    },
    {
      say: 'Bob, who approved it, sees the change on his card.',
      at: { pane: 'slack', see: 'vm10[^]*{ticket}' },
    },
    {
      say: 'She is done before the hour is over.',
      at: { pane: 'teams', press: 'I am done', on: 'Ready: vm10[^]*{ticket}' },
      until: { pane: 'teams', reads: 'Returned, shut: vm10[^]*{ticket}' },
    },
  ],
}

const BROKEN: Story = {
  id: 'broken',
  title: 'Broken, found and fixed',
  people: ['Alice Adams'],
  vms: ['vm10'],
  steps: [
    {
      say: 'Break something: deallocate vm10. Nobody tells Alice.',
      as: { slack: 'Alice Adams' },
      vm: 'vm10',
      at: { pane: 'azure', press: 'Deallocate' },
      until: { pane: 'azure', reads: 'vm10\\s*deallocated' },
    },
    {
      say: 'Alice cannot connect, and says so in her own words.',
      at: { pane: 'slack', field: 'message' },
      type: '/rdp diagnose vm10 I cannot get in, it just times out',
    },
    signIn('Alice Adams', '(Looking into RDP|The VM is switched off): vm10'),
    {
      say: 'Some twenty checks, side by side. The earliest broken link comes first, with its proof; then what else is wrong, and what helps.',
      at: { pane: 'slack', see: 'The VM is switched off: vm10' },
    },
    {
      say: 'The fix is a button, because the policy lets engineers switch on what is off.',
      at: { pane: 'slack', press: 'Start VM…', on: 'The VM is switched off: vm10' },
    },
    {
      say: 'It says what it costs before it does anything.',
      at: { pane: 'slack', press: 'Start VM', on: 'Start VM\\? vm10' },
    },
    {
      say: 'Azure is at it, which takes minutes. Let them go by.',
      at: { pane: 'top', press: '+10 min' },
      until: { pane: 'slack', reads: 'vm10[^]*Start VM was done, and it helped' },
    },
    {
      say: 'The check that failed was repeated: it helped. What is left is that nobody has a window, and the button for that is there.',
      at: { pane: 'slack', see: 'vm10[^]*Start VM was done, and it helped' },
    },
  ],
}

const UNASKED: Story = {
  id: 'unasked',
  title: 'A window nobody asked for',
  people: ['Sofia Silva'],
  vms: ['vm01'],
  steps: [
    {
      say: 'You are Sofia, the security officer. As far as Latchkey knows, what is open?',
      as: { slack: 'Sofia Silva' },
      talk: { slack: '' },
      vm: 'vm01',
      at: { pane: 'slack', field: 'message' },
      type: '/rdp list',
    },
    signIn('Sofia Silva', 'Nothing is open or waiting'),
    {
      say: 'Nothing of hers. Now somebody opens a window in the portal, past everybody, because it was urgent.',
      at: { pane: 'azure', press: 'Open a window by hand' },
      until: { pane: 'azure', reads: '198\\.51\\.100\\.77\\s*3389\\s*allow' },
    },
    {
      say: 'Latchkey compares Azure with what was granted every few minutes. Let ten go by: it sees the difference.',
      talk: { slack: 'ops' },
      at: { pane: 'top', press: '+10 min' },
    },
    {
      say: 'Azure lags behind at times, so only what is still there at a second look counts. Ten more; press again if it takes a look longer.',
      at: { pane: 'top', press: '+10 min' },
      until: { pane: 'slack', reads: 'A window that nobody asked me for: vm01' },
    },
    {
      say: 'Found, in the channel that the policy names: which rule, who asked Azure for it, and what they wrote. Only an administrator may decide. Close it.',
      at: { pane: 'slack', press: 'Close', on: 'A window that nobody asked me for: vm01' },
      until: { pane: 'slack', reads: '(Being closed|Closed): vm01' },
    },
    {
      say: 'Gone is said when it was seen to be gone. A few more minutes.',
      at: { pane: 'top', press: '+10 min' },
      until: { pane: 'slack', reads: 'Closed: vm01[^]*Sofia Silva' },
    },
    {
      say: 'Closed, by whom, and when: on the card, and in the log.',
      at: { pane: 'slack', see: 'Closed: vm01[^]*Sofia Silva' },
    },
  ],
}

export const STORIES: readonly Story[] = [ASK, REFUSED, OVERLAP, BROKEN, TRAIN, UNASKED]
