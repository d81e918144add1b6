/**
 * K15: what is on the VM's screen, and what does its serial log say?
 *
 * Screen and log are hostile text: patterns look at them, nothing in them is obeyed. A picture may be ten minutes old, so a screen that
 * shows work in progress asks for a second sample, and a stale one decides nothing.
 */
import type { CauseId } from '../catalogue/causes/index.ts'
import type { BootSample } from '../readings.ts'
import { restartsWithin } from './activity.ts'
import { clear, type Finding, notTested, type Outcome, outcome } from './finding.ts'
import { type Scene, unread, value } from './scene.ts'
import { DARK, flat, PERCENT, SCREENS, type Screen, SIGN_IN, STALE, STARTING } from './screens.ts'

/** The last characters of the serial log that are looked at. */
const TAIL = 6_000

export function checkBoot(scene: Scene): Outcome {
  const sample = value(scene, 'boot')
  if (sample === undefined) return unread(scene, 'K15', 'boot')
  const again = value(scene, 'bootAgain')
  if (sample.screen === undefined && sample.serial.trim() === '')
    return notTested('K15', 'boot diagnostics show neither a picture nor a log.')
  const findings = judgeScreen(scene, sample, again)
  if (findings.length > 0) return outcome('K15', findings, '')
  const now = flat(again?.screen ?? sample.screen)
  if (now !== undefined && SIGN_IN.test(now))
    return clear('K15', 'The screen shows the sign-in page: Windows has started.', BOOTED_EXCLUDES)
  return clear(
    'K15',
    now === undefined ? 'The boot log shows nothing unusual.' : 'The screen shows nothing unusual.',
  )
}

const BOOTED_EXCLUDES: readonly CauseId[] = [
  'boot.updating',
  'boot.update_stuck',
  'boot.getting_ready',
  'boot.bluescreen',
  'boot.bitlocker',
  'boot.bootmgr',
  'boot.chkdsk',
  'boot.shutdown_stuck',
  'boot.policy_stuck',
]

function judgeScreen(scene: Scene, first: BootSample, second: BootSample | undefined): Finding[] {
  const [before, after] = [flat(first.screen) ?? '', flat(second?.screen) ?? '']
  const latest = flat(second?.screen) ?? before
  const serial = first.serial.slice(-TAIL)
  const isSame = after !== '' && (after === before || /^same\b/i.test(after))
  const loop = judgeLoop(scene, before, after, serial)
  if (loop !== undefined) return [loop]
  // Windows has started: what the log tells of starting is past.
  if (SIGN_IN.test(latest) && !STALE.test(latest))
    return judgeSerial(scene, serial).filter(({ cause }) => !cause.startsWith('boot.'))
  const shown =
    SCREENS.find(({ shows }) => shows.test(latest)) ?? SCREENS.find(({ shows }) => shows.test(before))
  if (shown === undefined) {
    const log = judgeSerial(scene, serial)
    if (log.length > 0) return log
    if (STARTING.test(latest)) return judgeStarting(scene, isSame)
    return judgeHung(scene, latest, isSame)
  }
  const quote = `It says: "${latest.slice(0, 140)}".`
  const [was, is] = [percentOf(before), percentOf(after)]
  const moved = was !== undefined && is !== undefined && is > was
  const stood = second !== undefined && !moved && isSame
  switch (shown.cause) {
    case 'boot.updating':
    case 'boot.update_stuck':
      return judgeUpdate(scene, shown, quote, { moved, stood, was, is })
    case 'boot.getting_ready':
      // The words of a first boot are also those of an update's last phase; a VM that ran before is updating.
      if (moved && !isNew(scene))
        return [
          {
            cause: 'boot.updating',
            sure: 0.93,
            proof: [
              `The screen shows Windows installing updates, and the percentage rises from ${was} to ${is}.`,
              quote,
            ],
          },
        ]
      if (!isNew(scene) && PERCENT.test(latest) && !stood)
        return [{ cause: 'boot.updating', sure: 0.85, proof: [shown.say, quote] }]
      return [{ cause: shown.cause, sure: moved ? 0.9 : shown.sure, proof: [shown.say, quote] }]
    case 'boot.policy_stuck':
    case 'boot.shutdown_stuck':
      return [
        {
          cause: shown.cause,
          sure: shown.sure,
          proof: [shown.say, quote, ...(stood ? ['A minute later it was the same.'] : [])],
        },
      ]
    default:
      return [{ cause: shown.cause, sure: shown.sure, proof: [shown.say, quote] }]
  }
}

type Progress = { moved: boolean; stood: boolean; was: number | undefined; is: number | undefined }

/** Longer than this at the same work, and Windows is taken to be stuck. */
const STUCK_HOURS = 8

function judgeUpdate(
  scene: Scene,
  shown: Screen,
  quote: string,
  { moved, stood, was, is }: Progress,
): Finding[] {
  if (moved)
    return [
      {
        cause: shown.cause,
        sure: 0.97,
        proof: [`${shown.say} The percentage rises (${was} to ${is}).`, quote],
      },
    ]
  const hours = hoursRunning(scene)
  const long = hours !== undefined && hours >= STUCK_HOURS && hours <= 24 * 7
  const saysLong =
    /\b(since (yesterday|last night|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|(all|whole) (night|day|weekend)|overnight|for (\d{2,}|ten|twelve) ?(h|hours)|([89]|\d{2}) ?(h|hours))\b/i.test(
      scene.text,
    )
  if (shown.cause === 'boot.update_stuck' || (stood && (long || saysLong)) || (saysLong && !moved && stood))
    return [
      {
        cause: 'boot.update_stuck',
        sure: 0.85,
        proof: [
          shown.cause === 'boot.update_stuck'
            ? shown.say
            : `${shown.say} Nothing has moved${hours === undefined ? '' : ` for ${Math.round(hours)} h`}.`,
          quote,
        ],
      },
    ]
  if (stood && was !== undefined && hours !== undefined && hours >= 3)
    return [
      {
        cause: 'boot.update_stuck',
        sure: 0.8,
        proof: [
          `${shown.say} The percentage did not move within a minute, ${Math.round(hours)} h after the start.`,
          quote,
        ],
      },
    ]
  return [{ cause: 'boot.updating', sure: shown.sure, proof: [shown.say, quote] }]
}

function judgeLoop(scene: Scene, before: string, after: string, serial: string): Finding | undefined {
  const restarts = restartsWithin(scene, 60)
  const boots = serial.match(/(booting|boot manager|starting windows|restart(ing|ed)|reboot)/gi)?.length ?? 0
  const notes = value(scene, 'health')?.annotation ?? ''
  const alternates =
    after !== '' &&
    !/^same\b/i.test(after) &&
    before !== after &&
    !SIGN_IN.test(after) &&
    STARTING.test(`${before} ${after}`) &&
    SCREENS.some(({ shows }) => shows.test(`${before} ${after}`))
  const said =
    /reboot(ing|s)? (loop|over and over|again and again)|boot loop|keeps (re)?(booting|starting)|restarts (itself )?(every|over|again)|alternat/i.test(
      `${scene.text} ${before} ${after} ${serial}`,
    )
  const signs = [restarts >= 3, boots >= 3, /reboot|restart|crash/i.test(notes), alternates, said].filter(
    Boolean,
  ).length
  if (signs < 2 && !(said && !scene.listenerProven) && restarts < 3) return undefined
  if (signs < 2 && SIGN_IN.test(before) && SIGN_IN.test(after)) return undefined
  return {
    cause: 'boot.reboot_loop',
    sure: 0.85,
    proof: [
      restarts >= 2
        ? `Windows restarted ${restarts} times within an hour.`
        : 'Windows starts again and again without reaching the sign-in page.',
    ],
  }
}

function judgeStarting(scene: Scene, isSame: boolean): Finding[] {
  const fresh = (hoursRunning(scene) ?? 99) < 0.25
  if (fresh) return [{ cause: 'vm.transition', sure: 0.8, proof: ['The screen shows Windows starting.'] }]
  return isSame ? judgeHung(scene, 'frozen', true) : []
}

/** A dead screen counts only together with other signs of a guest that does nothing. */
function judgeHung(scene: Scene, screen: string, isSame: boolean): Finding[] {
  const cpu = value(scene, 'metrics')?.cpuPercent
  const dead = DARK.test(screen) || STALE.test(screen) || /frozen/i.test(screen)
  const silentAgent = value(scene, 'state')?.agent === 'not-ready'
  const flat = cpu !== undefined && (cpu >= 97 || cpu <= 1.5)
  if (scene.listenerProven || (!dead && !isSame) || !silentAgent) return []
  return [
    {
      cause: 'guest.hung',
      sure: flat && dead ? 0.88 : dead ? 0.75 : flat ? 0.7 : 0.5,
      proof: [
        `The screen is ${DARK.test(screen) ? 'dark' : 'frozen'} and the VM agent is silent.`,
        ...(flat ? [`The processor stands at ${Math.round(cpu)} percent.`] : []),
      ],
    },
  ]
}

const LOG: readonly { cause: CauseId; sure: number; shows: RegExp; say: string }[] = [
  {
    cause: 'boot.bitlocker',
    sure: 0.85,
    shows: /bitlocker recovery|recovery key|unlock this drive/i,
    say: 'The serial log shows Windows asking for a BitLocker key.',
  },
  {
    cause: 'boot.bootmgr',
    sure: 0.87,
    shows:
      /0xc000000[ef]\b|0xc0000225|0xc0000098|0xc0000034|inaccessible[_ ]boot[_ ]device|no (bootable|operating system)|boot configuration data.{0,60}(error|missing|corrupt)|(error|missing|corrupt).{0,60}boot configuration data|operating system (wasn'?t|was not) found|secure ?boot (violation|failed)/i,
    say: 'The serial log shows a boot error: Windows does not start.',
  },
  {
    cause: 'boot.bluescreen',
    sure: 0.85,
    shows: /bugcheck|stop code|\*\*\* ?stop|the computer has rebooted from a bugcheck/i,
    say: 'The serial log shows a stop error.',
  },
  {
    cause: 'boot.chkdsk',
    sure: 0.8,
    shows: /chkdsk|checking file system/i,
    say: 'The serial log shows a disk check.',
  },
  {
    cause: 'guest.dhcp_off',
    sure: 0.78,
    shows: /dhcp.{0,40}(stopped|disabled|not (running|started)|failed|error 10(53|58|67|68))|169\.254\.\d/i,
    say: 'The serial log shows that Windows got no address: DHCP is not working.',
  },
  {
    cause: 'guest.nic_disabled',
    sure: 0.8,
    shows: /(adapter|nic|interface|ethernet).{0,30}(disabled|media disconnected|not present|down)/i,
    say: 'The serial log shows the network adapter as disabled.',
  },
  {
    cause: 'guest.net_stack',
    sure: 0.8,
    shows:
      /(\bnsi\b|netlogon|nlasvc|network location|network store interface|tcpip|netvsc|mellanox|ndis).{0,50}(fail|stopped|missing|error|terminated|not start)/i,
    say: 'The serial log shows a network service of Windows failing.',
  },
]

function judgeSerial(scene: Scene, serial: string): Finding[] {
  if (serial.trim() === '' || scene.listenerProven) return []
  return LOG.filter(({ shows }) => shows.test(serial))
    .slice(0, 1)
    .map(({ cause, sure, say }) => ({ cause, sure, proof: [say] }))
}

const percentOf = (text: string): number | undefined => {
  const digits = PERCENT.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function isNew(scene: Scene): boolean {
  const created = (value(scene, 'activity') ?? []).some(
    ({ operation, at, resource }) =>
      /virtualmachines\/write$/.test(operation) &&
      resource.toLowerCase() === scene.vm?.id &&
      scene.now - at < 6 * 3_600_000,
  )
  const error = value(scene, 'state')?.provisioningError ?? ''
  return (
    scene.hints.has('just-created') ||
    created ||
    value(scene, 'model')?.customImage === true ||
    /osprovisioning/i.test(error)
  )
}

/** Hours since the last start that the log knows of. */
function hoursRunning(scene: Scene): number | undefined {
  const starts = (value(scene, 'activity') ?? []).filter(
    ({ operation, resource }) =>
      /\/(start|restart|redeploy)(\/|$)|^(start|restart)/.test(operation) &&
      (scene.vm === undefined || resource.toLowerCase() === scene.vm.id),
  )
  const at = Math.max(...starts.map(entry => entry.at))
  return starts.length === 0 ? undefined : (scene.now - at) / 3_600_000
}
