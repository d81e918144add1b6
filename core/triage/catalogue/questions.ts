/**
 * What only the person can tell, as data. Everything else is read, never asked.
 *
 * Braces stand for names the question is asked with: {address}, {port}, {vm}, {who}, {when}.
 */
import type { CauseId } from './causes/index.ts'

export type Question = {
  text: string
  buttons: readonly { id: string; label: string }[]
  /** When it is worth asking. */
  when: string
  /** The causes its answer separates. */
  decides: readonly CauseId[]
  /** How to go on without an answer. */
  unknown: string
  /** Whether an answer in the person's own words makes sense. */
  free: boolean
  /** Whether it counts among the three questions of a diagnosis. Consents and safety questions do not. */
  counts: boolean
}

const ALL = {
  'Q-TARGET': {
    text: 'Which VM or address did you type, exactly?',
    buttons: [],
    when: 'K01 gives none or several',
    decides: ['target.wrong_vm', 'target.ambiguous', 'target.name_unresolved', 'target.wrong_port'],
    unknown: 'stop: cannot go on without a target',
    free: true,
    counts: true,
  },
  'Q-ERROR': {
    text: 'What does the error say? Paste the whole text (Ctrl+C in the dialog copies it).',
    buttons: [
      { id: 'paste', label: 'Paste' },
      { id: 'no_message', label: 'No message' },
    ],
    when: 'no entry above 0.6',
    decides: [],
    unknown: 'go on with E-NONE',
    free: true,
    counts: true,
  },
  'Q-WHEN': {
    text: 'When did it last work for you?',
    buttons: [
      { id: 'today', label: 'Today' },
      { id: 'this_week', label: 'This week' },
      { id: 'longer', label: 'Longer' },
      { id: 'never', label: 'Never' },
    ],
    when: 'two causes remain that differ by history',
    decides: ['target.stale_address', 'net.jit_expired', 'guest.licence'],
    unknown: 'use the activity log',
    free: false,
    counts: true,
  },
  'Q-PATH': {
    text: 'How do you connect?',
    buttons: [
      { id: 'public_address', label: 'Public address' },
      { id: 'vpn_office_line', label: 'VPN / office line' },
      { id: 'bastion_in_browser', label: 'Bastion in browser' },
      { id: 'bastion_native_client', label: 'Bastion native client' },
      { id: 'rd_gateway', label: 'RD Gateway' },
      { id: 'not_sure', label: 'Not sure' },
    ],
    when: 'VM has more than one way in',
    decides: ['net.no_public_ip', 'bastion.target_nsg', 'client.rd_gateway'],
    unknown: 'test all ways in parallel',
    free: false,
    counts: true,
  },
  'Q-SRCIP': {
    text: 'From which address do you connect? Open the link on the same computer, or paste the address.',
    buttons: [
      { id: 'open_link', label: 'Open link' },
      { id: 'i_am_on_vpn', label: 'I am on VPN' },
      { id: 'dont_know', label: "Don't know" },
    ],
    when: 'any source-dependent rule or JIT window exists',
    decides: ['net.nsg_source', 'net.jit_other_ip'],
    unknown: 'show verdict per known range (office, VPN, other)',
    free: true,
    counts: true,
  },
  'Q-VPN': {
    text: 'Is the company VPN connected right now?',
    buttons: [
      { id: 'yes', label: 'Yes' },
      { id: 'no', label: 'No' },
      { id: 'not_needed', label: 'Not needed' },
    ],
    when: 'private address or private name',
    decides: ['target.private_from_internet', 'net.private_path'],
    unknown: 'ask for a ping of a known intranet name',
    free: false,
    counts: true,
  },
  'Q-OTHERHOST': {
    text: 'Can this computer open Remote Desktop to any other Windows machine?',
    buttons: [
      { id: 'yes', label: 'Yes' },
      { id: 'no', label: 'No' },
      { id: 'cannot_test', label: 'Cannot test' },
    ],
    when: 'Azure side allows the flow and no guest finding',
    decides: ['client.local_block'],
    unknown: 'go to Q-OTHERNET',
    free: false,
    counts: true,
  },
  'Q-OTHERNET': {
    text: "Try once from a phone hotspot, with the VPN off. Does the same attempt get further? (The hotspot's address must be let in first.)",
    buttons: [
      { id: 'yes_further', label: 'Yes, further' },
      { id: 'same', label: 'Same' },
      { id: 'cannot_test', label: 'Cannot test' },
    ],
    when: 'as above; new hotspot address must be allowed first, say so',
    decides: ['client.edge_block', 'client.local_block'],
    unknown: 'offer Bastion as a test of everything but the edge',
    free: false,
    counts: true,
  },
  'Q-OTHERPC': {
    text: 'Does another computer, or a colleague, reach this VM?',
    buttons: [
      { id: 'works_for_others', label: 'Works for others' },
      { id: 'fails_for_all', label: 'Fails for all' },
      { id: 'nobody_tried', label: 'Nobody tried' },
    ],
    when: 'always cheap; splits VM side from client side',
    decides: ['client.local_block', 'guest.session_limit'],
    unknown: 'no change',
    free: false,
    counts: true,
  },
  'Q-LOCALTEST': {
    text: 'Run this in PowerShell: Test-NetConnection {address} -Port {port}. What does TcpTestSucceeded say?',
    buttons: [
      { id: 'true', label: 'True' },
      { id: 'false', label: 'False' },
      { id: 'cannot_run', label: 'Cannot run' },
    ],
    when: 'Windows client, verdict open between edge and guest',
    decides: ['client.edge_block', 'guest.fw_rule'],
    unknown: 'no change',
    free: false,
    counts: false,
  },
  'Q-CLIENT': {
    text: 'Which program do you use to connect?',
    buttons: [
      { id: 'remote_desktop_connection', label: 'Remote Desktop Connection' },
      { id: 'windows_app', label: 'Windows App' },
      { id: 'mac', label: 'Mac' },
      { id: 'phone', label: 'Phone' },
      { id: 'other_tool', label: 'Other tool' },
    ],
    when: 'CredSSP, NLA or saved-state suspected',
    decides: ['client.outdated', 'client.saved_state', 'guest.credssp'],
    unknown: 'ask for a fresh .rdp',
    free: true,
    counts: true,
  },
  'Q-USERFORM': {
    text: 'How did you type the user name? (Never send the password.)',
    buttons: [
      { id: 'vmname_user', label: 'VMNAME\\user' },
      { id: 'domain_user', label: 'DOMAIN\\user' },
      { id: 'user_company', label: 'user@company' },
      { id: 'azuread_user_company', label: 'AzureAD\\user@company' },
      { id: 'just_user', label: 'just user' },
    ],
    when: 'failure at auth stage',
    decides: ['cred.wrong_user_form', 'entra.client', 'bastion.username'],
    unknown: 'show the right form for this VM',
    free: false,
    counts: true,
  },
  'Q-ACCOUNT': {
    text: 'Which kind of account is it?',
    buttons: [
      { id: 'local', label: 'Local' },
      { id: 'domain', label: 'Domain' },
      { id: 'company', label: 'Company' },
      { id: 'temporary_password', label: 'Temporary password' },
    ],
    when: 'failure at auth/logon stage',
    decides: ['cred.password_expired', 'entra.guest_user'],
    unknown: 'read K10 and K20',
    free: false,
    counts: true,
  },
  'Q-SCREEN': {
    text: 'What do you see at the end?',
    buttons: [
      { id: 'black', label: 'Black' },
      { id: 'spinning_configuring', label: 'Spinning "Configuring"' },
      { id: 'welcome', label: 'Welcome' },
      { id: 'desktop_then_drop', label: 'Desktop then drop' },
    ],
    when: 'session-stage trouble',
    decides: ['guest.black_screen', 'guest.session_policy'],
    unknown: 'K20',
    free: false,
    counts: true,
  },
  'Q-INTENT': {
    text: '{who} stopped this VM {when}. Start it anyway?',
    buttons: [
      { id: 'start', label: 'Start' },
      { id: 'ask_them', label: 'Ask {who}' },
      { id: 'leave_it', label: 'Leave it' },
    ],
    when: 'stopped on purpose within 24 h or by a schedule',
    decides: [],
    unknown: 'do not start',
    free: false,
    counts: false,
  },
  'Q-TEMPDISK': {
    text: 'The temporary disk is wiped and a dynamic address changes. Is anything kept there?',
    buttons: [
      { id: 'nothing_kept', label: 'Nothing kept' },
      { id: 'something_kept', label: 'Something kept' },
      { id: 'dont_know', label: "Don't know" },
    ],
    when: 'before redeploy or deallocate',
    decides: [],
    unknown: 'treat as something kept: manager_strict',
    free: false,
    counts: false,
  },
  'Q-CONSENT': {
    text: 'May I run one read-only script inside {vm}? It reads settings, changes nothing and is logged.',
    buttons: [
      { id: 'allow_once', label: 'Allow once' },
      { id: 'no', label: 'No' },
    ],
    when: 'no cause above 0.8 after phase 2, preflight passed',
    decides: [],
    unknown: 'offer serial console; verdict ok.inconclusive',
    free: false,
    counts: false,
  },
  'Q-SECSW': {
    text: 'Which security, VPN or proxy programs run on your computer?',
    buttons: [],
    when: 'client.local_block likely',
    decides: ['client.local_block'],
    unknown: 'hand to the service desk',
    free: true,
    counts: true,
  },
} as const satisfies Readonly<Record<string, Question>>

export type QuestionId = keyof typeof ALL

export const QUESTIONS: Readonly<Record<QuestionId, Question>> = ALL
