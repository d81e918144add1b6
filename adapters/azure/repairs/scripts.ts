/**
 * The fixed scripts that mend Remote Desktop inside Windows, and what their answers mean.
 *
 * Nothing from outside becomes part of a script: what a person or a VM said goes along as a parameter, after a check that it holds nothing
 * which could mean something to a shell, and each script is the same text for everybody. A script's last words are one word of a list.
 * Source: https://learn.microsoft.com/azure/virtual-machines/windows/run-command (read 2026-11-21): the output is the last 4,096 bytes.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault, type Repair } from '../../../core/index.ts'

type Script = {
  file: string
  /** By the names that `head.ps1` declares. */
  parameters?: Readonly<Record<string, string>>
}

const FOLDER = join(import.meta.dirname, 'scripts')

/** The lines to run and their parameters. Undefined for a repair that is no script. @throws {Fault} `invalid` */
export async function scriptFor(
  repair: Repair,
): Promise<{ script: string[]; parameters: { name: string; value: string }[] } | undefined> {
  const found = fileAndParameters(repair)
  if (found === undefined) return undefined
  const { file, parameters = {} } = found
  const parts = await Promise.all(
    ['head', file, 'tail'].map(name => readFile(join(FOLDER, `${name}.ps1`), 'utf8')),
  )
  return {
    script: parts.join('').trimEnd().split(/\r?\n/),
    parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
  }
}

function fileAndParameters(repair: Repair): Script | undefined {
  switch (repair.do) {
    case 'set-rdp-port':
    case 'start-termservice':
    case 'restart-termservice':
    case 'enable-rdp-reg':
    case 'enable-fw-rule':
    case 'fix-fw-policy':
    case 'renew-rdp-cert':
    case 'fix-machinekeys':
    case 'enable-tls12':
    case 'turn-nla-on':
      return { file: repair.do }
    case 'unlock-account':
    case 'enable-account':
      return { file: repair.do, parameters: { Account: localName(repair.account) } }
    case 'add-rdp-group':
    case 'grant-rdp-right':
      return { file: repair.do, parameters: { Account: plain(repair.account, ACCOUNT, 'account') } }
    case 'free-port':
      return { file: repair.do, parameters: { Program: plain(repair.program, PROGRAM, 'program') } }
    case 'disable-nla-temp':
      return { file: repair.do, parameters: { Minutes: minutes(repair.minutes) } }
    case 'log-off-session':
      return {
        file: repair.do,
        parameters: { User: localName(repair.user), State: repair.state },
      }
    case 'start-vm':
    case 'start-dc':
    case 'deallocate-vm':
    case 'restart-vm':
    case 'redeploy-vm':
    case 'reapply-vm':
    case 'reset-rdp-config':
    case 'reset-password':
    case 'reinstall-aadlogin':
    case 'cs-enable-rdp':
    case 'cs-extend-expiry':
    case 'cs-restart-instance':
    case 'cs-reimage-instance':
    case 'cs-rebuild-instance':
      return undefined
  }
}

/** `vm01\azadmin`, `ann@contoso.com`, `AzureAD\ann@contoso.com`. */
const ACCOUNT = /^[A-Za-z0-9][A-Za-z0-9._@\\-]{0,99}$/
const LOCAL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$/
const PROGRAM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const OP = 'azure.repair.order'

function plain(text: string, shape: RegExp, what: string): string {
  if (shape.test(text)) return text
  throw new Fault('invalid', {
    op: OP,
    say: `The name of the ${what} has characters that are not passed on to Windows; somebody has to do this by hand.`,
  })
}

/**
 * The bare name of a local account, however it is written: `.\azadmin`, `VM01\azadmin`, `azadmin`.
 * @throws {Fault} `invalid`
 */
export const localName = (text: string): string =>
  plain(text.replace(/^(?:\.|[A-Za-z0-9-]{1,15})\\/, ''), LOCAL, 'account')

function minutes(count: number): string {
  if (Number.isInteger(count) && count >= 5 && count <= 480) return String(count)
  throw new Fault('invalid', { op: OP, say: 'NLA can be off for 5 minutes to 8 hours.' })
}

// ---- What a script says at the end -----------------------------------------------------------------------------------------------

type Outcome = { done: true } | { failed: string }

const WORDS: Readonly<Record<string, (vm: string) => string>> = {
  'domain-controller': vm => `${vm} is a domain controller; nothing was changed inside it.`,
  policy: vm =>
    `A Group Policy sets this on ${vm} and would undo it; the domain team has to change the policy.`,
  unchanged: vm => `Windows on ${vm} took the order, and yet it is as it was before.`,
  'no-service': vm => `Windows on ${vm} has no Remote Desktop service.`,
  'not-listening': vm => `It was done, but Remote Desktop on ${vm} still does not listen on its port.`,
  'port-taken': vm => `Another program on ${vm} holds port 3389; that has to give way first.`,
  'another-program': vm => `Another program than the named one holds the port on ${vm}; nothing was stopped.`,
  'no-account': vm => `${vm} knows no such account.`,
  'no-session': vm => `No such session is there on ${vm} (any more).`,
  'several-sessions': vm => `Several sessions on ${vm} fit; nobody was signed off.`,
  'no-access': vm => `Windows on ${vm} does not let even its own system account change that.`,
  'needs-restart': vm => `It was changed on ${vm}, but Windows could not be told to restart, which it needs.`,
  domain: vm => `${vm} belongs to a domain, which gives that right; the domain team has to do it.`,
  'bad-order': vm => `The script inside ${vm} did not take the order.`,
  failed: vm => `The script inside ${vm} met an error and stopped; Windows there may be changed in part.`,
}

/** From the whole answer of Run Command. Silence is no success. */
export function outcomeOf(answer: unknown, vm: string): Outcome {
  const word = /^latchkey: ([a-z-]{1,40})\s*$/.exec(
    stdOutIn(answer)
      .split(/\r?\n/)
      .findLast(line => line.startsWith('latchkey: ')) ?? '',
  )?.[1]
  if (word === 'done') return { done: true }
  const say = word === undefined || !Object.hasOwn(WORDS, word) ? undefined : WORDS[word]
  return { failed: say?.(vm) ?? `The script ran inside ${vm}, but what it said did not come back.` }
}

function stdOutIn(answer: unknown): string {
  const { value, properties } = (answer ?? {}) as Readonly<Record<string, unknown>>
  // The state of an operation has the same list under `properties.output`.
  const output = (properties as { output?: { value?: unknown } } | undefined)?.output?.value
  const list = [value, output].find(Array.isArray) ?? []
  for (const item of list as readonly unknown[]) {
    const { code, message } = (item ?? {}) as Readonly<Record<string, unknown>>
    if (/\/StdOut\//i.test(String(code)) && typeof message === 'string') return message
  }
  return ''
}
