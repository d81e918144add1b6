/** Refusals about the VM itself, in words: what is wrong with it, and who can mend it. */
import { sayDuration } from '../../access/duration.ts'
import type { PowerState } from '../../ports.ts'
import type { Refusal } from '../../refusal.ts'
import { press } from '../access/words.ts'
import { capital, type Line } from '../message.ts'
import type { Words } from './words.ts'

type VmRefusal = Extract<
  Refusal,
  {
    code:
      | 'vm-not-found'
      | 'which-vm'
      | 'not-windows'
      | 'not-running'
      | 'no-jit-policy'
      | 'jit-port-missing'
      | 'jit-too-long'
      | 'jit-source'
      | 'no-way-in'
      | 'open-to-everyone'
      | 'exposure-unknown'
  }
>

export function vmWords(refusal: VmRefusal): Words {
  switch (refusal.code) {
    case 'vm-not-found':
      return {
        title: 'VM not found, or not visible to you',
        lines: [
          ['I found no VM called ', { code: refusal.name }, ' that a rule lets you connect to.'],
          ...(refusal.near.length === 0
            ? []
            : [
                [
                  'Did you mean ',
                  ...refusal.near.flatMap((name, i): Line => [i === 0 ? '' : ', ', { code: name }]),
                  '?',
                ],
              ]),
        ],
      }
    case 'which-vm':
      return {
        title: 'Which of them?',
        tone: 'waiting',
        lines: [['There are several VMs called ', { code: refusal.name }, '.']],
        buttons: refusal.choices.map(({ vm, intent }) =>
          press(`${vm.name} in ${vm.resourceGroup}, ${vm.subscription.name}`, 'plain', intent),
        ),
      }
    case 'not-windows':
      return {
        title: 'Not a Windows VM',
        lines: [
          [
            { code: refusal.vm },
            refusal.os === 'linux' ? ' runs Linux. ' : ' does not say that it runs Windows. ',
            'I only open RDP to Windows VMs.',
          ],
        ],
      }
    case 'not-running':
      return {
        title: 'The VM is not running',
        lines: [[{ code: refusal.vm }, ` is ${POWER[refusal.power]}. Start it first, then ask again.`]],
      }
    case 'no-jit-policy':
      return {
        title: 'No just-in-time access on this VM',
        lines: [
          [
            'No JIT access policy of Microsoft Defender for Cloud covers ',
            { code: refusal.vm },
            '. Its owner can enable just-in-time VM access for it; then ask again.',
          ],
        ],
      }
    case 'jit-port-missing':
      return {
        title: 'The JIT access policy does not cover RDP',
        lines: [
          [
            'The JIT access policy of ',
            { code: refusal.vm },
            ` covers ${refusal.ports.length === 0 ? 'no port' : `port ${refusal.ports.join(', ')}`}, not ${refusal.port}. Its owner can add the port.`,
          ],
        ],
      }
    case 'jit-too-long':
      return {
        title: 'Longer than Azure allows here',
        lines: [
          [
            'You asked for ',
            sayDuration(refusal.asked),
            '; the JIT access policy of ',
            { code: refusal.vm },
            ` allows at most ${sayDuration(refusal.most)}. Ask for less.`,
          ],
        ],
      }
    case 'jit-source':
      return {
        title: 'Azure does not allow this address',
        lines: [
          [
            'The JIT access policy of ',
            { code: refusal.vm },
            ' allows only ',
            refusal.allowed.join(', '),
            '; you come from ',
            { code: refusal.source },
            '. Connect from one of those networks and open the page again.',
          ],
        ],
      }
    case 'no-way-in':
      return {
        title: 'No way in',
        lines: noWayIn(refusal),
      }
    case 'open-to-everyone':
      return {
        title: `Port ${refusal.port} is already open to everyone`,
        lines: [
          [
            'The rule ',
            { code: refusal.rule },
            ' lets the whole internet reach RDP on ',
            { code: refusal.vm },
            '. I do not hand out access through it. Tell the owner: that rule should go.',
          ],
        ],
      }
    case 'exposure-unknown':
      return {
        title: 'I could not read the network rules',
        lines: [['So I cannot tell whether ', { code: refusal.vm }, ` is safely closed now: ${refusal.why}`]],
      }
  }
}

/** What was found and why it does not do, then what somebody could add. */
function noWayIn({ vm, left = [], add = [] }: Extract<VmRefusal, { code: 'no-way-in' }>): readonly Line[] {
  return [
    ['Nothing that the policy allows leads to ', { code: vm }, '.'],
    ...left.slice(0, MOST_LEFT).map(({ what, why }): Line => [`${capital(what)}: ${why}.`]),
    ...(add.length === 0
      ? []
      : [[`Its owner, or whoever writes the policy, can add: ${add.join('; or ')}.`]]),
  ]
}
const MOST_LEFT = 6

const POWER: Record<PowerState, string> = {
  running: 'running',
  starting: 'still starting',
  stopping: 'stopping',
  stopped: 'stopped',
  deallocating: 'being deallocated',
  deallocated: 'deallocated (switched off)',
  unknown: 'in a power state that Azure does not report',
}
