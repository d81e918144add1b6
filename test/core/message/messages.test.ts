import { describe, expect, test } from '@jest/globals'
import { type Command, decide } from '../../../core/access/decide.ts'
import type { AccessEvent, AccessRequest } from '../../../core/access/request.ts'
import { replay } from '../../../core/access/request.ts'
import { fill, isFormProblem, readForm, writeForm } from '../../../core/command/form.ts'
import { readButton, writeButton } from '../../../core/command/intent.ts'
import type { DiagnosisId } from '../../../core/ids.ts'
import { accessCard } from '../../../core/message/access/access.ts'
import type { Message } from '../../../core/message/message.ts'
import { refusalMessage } from '../../../core/message/refusal/refusal.ts'
import type { Refusal } from '../../../core/refusal.ts'
import { alice, anAsk, at, bob, seats, vm01 } from '../../support/cast.ts'

const pages = { access: (id: string) => `https://latchkey.example/access/${id}` }
const ask = anAsk()
const story: readonly AccessEvent[] = [
  { type: 'asked', at: at(0), ask, seats, others: ['members of platform-leads'] },
  { type: 'approved', at: at(1), by: bob, rule: 'production', lapsesAt: at(61) },
  { type: 'source-given', at: at(2), source: '203.0.113.7', giveUpAt: at(17) },
  { type: 'window-requested', at: at(2), endsAt: at(132), sources: ['203.0.113.7'] },
  {
    type: 'opened',
    at: at(3),
    until: at(123),
    azureEndsAt: at(132),
    wayIn: { host: 'vm01.example', port: 3389, account: 'vm01\\azureuser' },
    proofs: [
      { check: 'the rule is in force', result: 'proven' },
      { check: 'whether Windows answers', result: 'not-tested' },
    ],
    verified: true,
  },
  { type: 'closing-started', at: at(123), why: 'expired' },
  { type: 'closed', at: at(124) },
]
const open = story.slice(0, 5)
const longer: AccessEvent = {
  type: 'extension-asked',
  at: at(4),
  number: 1,
  minutes: 30,
  reason: 'still copying',
  rule: 'production',
  seats,
  others: [],
}
const more: readonly (readonly AccessEvent[])[] = [
  [...open, longer],
  [
    ...open,
    longer,
    { type: 'extended', at: at(4), number: 1, by: bob, rule: 'production', minutes: 30, until: at(153) },
  ],
  [...open, longer, { type: 'extension-denied', at: at(4), number: 1, by: bob, reason: 'enough' }],
  [...open, { type: 'cut-short', at: at(4), until: at(60), say: 'The policy is gone.' }],
]
/** The VM was off: started, and its requester asked what becomes of it. */
const off: readonly AccessEvent[] = [
  {
    type: 'asked',
    at: at(0),
    ask: anAsk({ start: { power: 'deallocated', size: 'Standard_D4s_v5', putBack: true } }),
    seats,
    others: [],
  },
  ...story.slice(1, 3),
  { type: 'start-ordered', at: at(2), was: 'deallocated', key: 'k' },
  { type: 'vm-running', at: at(3) },
  { type: 'vm-up', at: at(3), ready: true, giveUpAt: at(18) },
  ...story.slice(3),
  { type: 'vm-after', at: at(124), after: { state: 'asking', say: 'I cannot see.', until: at(184) } },
  { type: 'vm-after', at: at(125), after: { state: 'wanted', by: alice } },
  { type: 'vm-after', at: at(126), after: { state: 'off', by: alice } },
]
const denied: AccessEvent = { type: 'denied', at: at(1), by: bob, reason: 'not now' }
const states = [
  ...story.map((_, i) => story.slice(0, i + 1)),
  [story[0], denied] as AccessEvent[],
  ...more,
  ...off.map((_, i) => off.slice(0, i + 1)),
]
  .map(replay)
  .filter(state => state.status !== 'none')

const allText = (message: Message): string => JSON.stringify(message)

const numberOf = ({ extension }: { extension?: number }) => (extension === undefined ? {} : { extension })
/** What completes every form. */
const FILLED = { vm: 'vm01', time: '15m', reason: 'no', text: 'It says no.' }

/** What a button would have decide() do, for the reader of the card it stands on. */
function commandOf(intent: ReturnType<typeof readButton>, by: typeof alice): Command | undefined {
  switch (intent?.do) {
    case 'approve':
      return { type: 'approve', by, rule: 'production', lapseMinutes: 60, ...numberOf(intent) }
    case 'deny':
      return { type: 'deny', by, reason: 'no', ...numberOf(intent) }
    case 'extend': {
      const { minutes = 0, reason } = intent
      return { type: 'ask-extension', by: by.person, minutes, reason, rule: 'production', seats, others: [] }
    }
    case 'cancel':
    case 'done':
      return { type: intent.do, by: by.person }
    case 'switch-off':
    case 'leave-on':
      return { type: 'answer-off', by, off: intent.do === 'switch-off' }
    default:
      return undefined
  }
}

describe.each(states.map(state => [state.status, state] as const))(
  'the card of a request that is %s',
  (_, state) => {
    test.each([
      ['requester', alice],
      ['approver', bob],
    ] as const)('has no dead button for the %s', (reader, person) => {
      for (const { press } of accessCard(state, reader, pages).buttons) {
        if ('url' in press) continue
        const form = 'form' in press ? readForm(writeForm(press.form)) : undefined
        const intent = 'intent' in press ? readButton(writeButton(press.intent)) : form && fill(form, FILLED)
        if (intent === undefined || isFormProblem(intent)) throw new Error('a form that nothing completes')
        // A diagnosis is about the VM, whatever became of the request.
        if (intent.do === 'diagnose') continue
        const command = commandOf(intent, person)
        expect(command && decide(state as AccessRequest, command, at(4)).ok).toBe(true)
      }
    })
    test('says Ready only when it is open, and never to the approver', () => {
      const says = (reader: 'requester' | 'approver') =>
        accessCard(state, reader, pages).title.startsWith('Ready')
      expect(says('requester')).toBe(state.status === 'open')
      expect(says('approver')).toBe(false)
    })
    test('shows the remote address to nobody but the requester, and only while it is open', () => {
      expect(allText(accessCard(state, 'approver', pages))).not.toContain('vm01.example')
      expect(allText(accessCard(state, 'requester', pages)).includes('vm01.example')).toBe(
        state.status === 'open',
      )
    })
    test('has a plain line of its own', () => {
      expect(accessCard(state, 'approver', pages).plain).toMatch(/vm01/)
    })
  },
)

test("the approver's card shows everything that is decided about", () => {
  const [asked] = states
  if (!asked) throw new Error('no state')
  const { facts, lines, buttons } = accessCard(asked, 'approver', pages)
  const labels = facts.map(({ label }) => label)
  expect(labels).toEqual(
    expect.arrayContaining([
      'Person',
      'VM',
      'Subscription',
      'Resource group',
      'Environment',
      'For',
      'Reason',
      'Rule',
    ]),
  )
  expect(JSON.stringify(lines)).toContain('members of platform-leads')
  expect(buttons.map(({ label }) => label)).toEqual(['Approve', 'Less time…', 'Deny…'])
})

test('without proof from Azure the card does not say Ready', () => {
  const unproven = story
    .slice(0, 5)
    .map(event => (event.type === 'opened' ? { ...event, verified: false } : event))
  const card = accessCard(replay(unproven) as never, 'requester', pages)
  expect(card.title).toBe('Opened, not fully tested: vm01')
})

/** One of each code: the type makes a forgotten one a type error, the test holds each to its words. */
const refusals: { [Code in Refusal['code']]: Extract<Refusal, { code: Code }> } = {
  'not-bound': { code: 'not-bound', platform: 'slack', url: 'https://latchkey.example/bind/x' },
  'not-a-member': { code: 'not-a-member', platform: 'slack', standing: 'guest' },
  'person-disabled': { code: 'person-disabled' },
  'requester-gone': { code: 'requester-gone', name: 'Alice Adams' },
  'not-requester': { code: 'not-requester' },
  'not-understood': { code: 'not-understood', typed: 'conect', didYouMean: 'connect vm01' },
  'missing-vm': { code: 'missing-vm', command: 'connect' },
  'bad-duration': { code: 'bad-duration', typed: '2x' },
  'reason-too-long': { code: 'reason-too-long', most: 300 },
  'no-such-request': { code: 'no-such-request', typed: 'ABC', waiting: ['ABCDEF (vm01)'] },
  'which-request': { code: 'which-request', refs: [{ ref: 'ABCDEF', vm: 'vm01', intent: { do: 'list' } }] },
  'nothing-to': { code: 'nothing-to', intent: 'approve' },
  'deny-needs-reason': { code: 'deny-needs-reason', request: ask.id },
  'extend-needs-time': { code: 'extend-needs-time', request: ask.id },
  'form-incomplete': { code: 'form-incomplete', say: 'Choose a VM.', form: { fill: 'connect' } },
  'no-diagnosis': { code: 'no-diagnosis' },
  'may-not-diagnose': { code: 'may-not-diagnose', vm: 'vm01' },
  'may-not-repair': { code: 'may-not-repair', vm: 'vm01', verb: 'start-vm' },
  'not-offered': { code: 'not-offered' },
  'needs-approver': { code: 'needs-approver', vm: 'vm01', verb: 'restart-vm' },
  'name-differs': { code: 'name-differs', vm: 'vm01' },
  'snapshot-first': { code: 'snapshot-first' },
  'asker-may-not': { code: 'asker-may-not', name: 'Alice Adams', vm: 'vm01', verb: 'restart-vm' },
  'repair-settled': { code: 'repair-settled', by: 'Bob Brandt' },
  'windows-closed': { code: 'windows-closed' },
  'diagnosis-gone': { code: 'diagnosis-gone' },
  'diagnosis-runs': { code: 'diagnosis-runs' },
  'answered-already': { code: 'answered-already' },
  'yes-or-no': { code: 'yes-or-no' },
  'account-unproven': { code: 'account-unproven', vm: 'vm01', say: 'It is a domain controller.' },
  'password-under-way': { code: 'password-under-way', account: 'azadmin' },
  'refuse-needs-reason': {
    code: 'refuse-needs-reason',
    diagnosis: ask.id as string as DiagnosisId,
    repair: ask.id,
  },
  'remedy-has-no-time': { code: 'remedy-has-no-time', what: 'Restart VM' },
  'too-many-addresses': { code: 'too-many-addresses', most: 3 },
  'extension-too-long': { code: 'extension-too-long', total: 300, most: 240, rule: 'production' },
  'extension-waiting': { code: 'extension-waiting', minutes: 30 },
  'extension-settled': { code: 'extension-settled' },
  'vm-not-found': { code: 'vm-not-found', name: 'vm1', near: ['vm01'] },
  'which-vm': { code: 'which-vm', name: 'web01', choices: [{ vm: vm01, intent: { do: 'list' } }] },
  'not-windows': { code: 'not-windows', vm: 'vm01', os: 'linux' },
  'not-running': { code: 'not-running', vm: 'vm01', power: 'deallocated' },
  'no-jit-policy': { code: 'no-jit-policy', vm: 'vm01' },
  'jit-port-missing': { code: 'jit-port-missing', vm: 'vm01', port: 3389, ports: [22] },
  'jit-too-long': { code: 'jit-too-long', vm: 'vm01', asked: 240, most: 180 },
  'jit-source': { code: 'jit-source', vm: 'vm01', source: '203.0.113.7', allowed: ['10.0.0.0/8'] },
  'no-way-in': { code: 'no-way-in', vm: 'vm01' },
  'open-to-everyone': { code: 'open-to-everyone', vm: 'vm01', port: 3389, rule: 'allow-rdp' },
  'exposure-unknown': { code: 'exposure-unknown', vm: 'vm01', why: 'The bot may not read it.' },
  'instance-not-found': { code: 'instance-not-found', name: 'shop/WebRole_IN_0' },
  'which-instance': { code: 'which-instance', service: 'shop', instances: ['WebRole_IN_0', 'WebRole_IN_1'] },
  'which-service': {
    code: 'which-service',
    name: 'shop/WebRole_IN_0',
    ids: ['/subscriptions/1', '/subscriptions/2'],
  },
  'instance-unfit': { code: 'instance-unfit', name: 'shop/WebRole_IN_0', why: 'WebRole_IN_0 is not ready.' },
  retired: { code: 'retired', why: 'old01 is a classic virtual machine. Microsoft retired those.' },
  forbidden: { code: 'forbidden', rule: 'never' },
  'no-rule': { code: 'no-rule', vm: 'vm01' },
  'too-long': { code: 'too-long', asked: 300, most: 240, rule: 'production' },
  'reason-needed': { code: 'reason-needed', hint: 'a ticket', rule: 'production' },
  'source-outside': {
    code: 'source-outside',
    source: '203.0.113.7',
    from: ['10.0.0.0/8'],
    rule: 'production',
  },
  'cannot-judge': { code: 'cannot-judge', rule: 'production', why: 'the directory is away' },
  'no-approver': { code: 'no-approver', rule: 'production', tried: ['Your manager cannot be reached.'] },
  'own-request': { code: 'own-request' },
  'not-approver': { code: 'not-approver', rule: 'production' },
  'not-administrator': { code: 'not-administrator' },
  'finding-settled': { code: 'finding-settled', by: 'Ada Min' },
  'already-live': { code: 'already-live', vm: 'vm01', ref: 'ABCDEF', status: 'open' },
  'already-settled': { code: 'already-settled', status: 'over', by: 'Bob Brandt' },
  lapsed: { code: 'lapsed', at: at(0) },
  'not-open': { code: 'not-open', status: 'asked' },
  'bad-source': { code: 'bad-source', source: '10.0.0.1' },
  'ticket-gone': { code: 'ticket-gone' },
  'bind-email-differs': { code: 'bind-email-differs', label: 'Alice', upn: 'alice@contoso.example' },
  'bind-taken': { code: 'bind-taken', label: 'Alice' },
}

describe('refusals in words', () => {
  const all = Object.values(refusals).map(refusal => [refusal.code, refusalMessage(refusal)] as const)
  test.each(all)('%s says what happened and more than that', (_, { title, lines, plain }) => {
    expect(title.length).toBeGreaterThan(5)
    expect(lines.length).toBeGreaterThan(0)
    expect(plain).not.toMatch(/undefined|\[object|NaN/)
    expect(allText({ title, lines, plain } as never)).not.toMatch(/undefined|\[object|NaN/)
  })
  test('no two say the same', () => {
    const plains = all.map(([, { plain }]) => plain)
    expect(new Set(plains).size).toBe(plains.length)
  })
  test('a VM that is not there and one that is not visible get the same words', () => {
    expect(refusalMessage(refusals['vm-not-found']).title).toBe('VM not found, or not visible to you')
  })
})
