/**
 * The next question, if one separates the causes that lead. At most three that count; never two "don't know" in a row and then a third; none
 * when a cause is sure and no answer would change the remedy.
 */
import { CAUSES } from '../catalogue/causes/index.ts'
import { QUESTIONS, type QuestionId } from '../catalogue/questions.ts'
import { stoppedByAnother } from '../checks/k02-state.ts'
import { viewOf } from '../checks/rules.ts'
import { asksForEntra, type Scene, value } from '../checks/scene.ts'
import { ago } from '../checks/words.ts'
import { couldNotSay } from './answers.ts'
import type { AskedQuestion } from './assessment.ts'
import { isCause, type Sorted, SURE, suspectsOf } from './findings.ts'
import { guestObstacles } from './preflight.ts'

const MOST = 3
const MOST_TARGETS = 2

export function nextQuestion(scene: Scene, sorted: Sorted): AskedQuestion | undefined {
  const id = choose(scene, sorted)
  if (id === undefined) return undefined
  const { text, buttons, free } = QUESTIONS[id]
  const stop = stoppedByAnother(scene)
  const names: Record<string, string> = {
    vm: scene.vm?.name ?? 'the VM',
    address: scene.dialled?.host ?? viewOf(scene)?.way?.address ?? 'the address',
    port: String(scene.dialled?.port ?? viewOf(scene)?.way?.port ?? scene.listens),
    who: stop?.who ?? 'Somebody',
    when: stop === undefined ? 'lately' : ago(stop.at, scene.now),
  }
  const fill = (words: string) => words.replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole)
  return {
    id,
    text: fill(text),
    buttons:
      id === 'Q-TARGET'
        ? targets(scene)
        : buttons.map(button => ({ id: button.id, label: fill(button.label) })),
    free: free || id === 'Q-TARGET',
  }
}

function targets({ target }: Scene): { id: string; label: string }[] {
  const vms =
    target.kind === 'many' ? target.vms : target.kind === 'none' || target.kind === 'other' ? target.near : []
  return vms
    .slice(0, 8)
    .map(vm => ({ id: vm.id, label: `${vm.name} (${vm.resourceGroup}, ${vm.subscription.name})` }))
}

function choose(scene: Scene, sorted: Sorted): QuestionId | undefined {
  const { asked } = scene.known
  const times = (id: QuestionId) => asked.filter(({ question }) => question === id).length
  if (
    scene.target.kind === 'none' ||
    scene.target.kind === 'many' ||
    (scene.target.kind === 'unsought' && scene.target.typed.length === 0)
  ) {
    if (scene.target.kind === 'none' && scene.target.failed !== undefined) return undefined
    if (asked.some(({ question, answer }) => question === 'Q-TARGET' && couldNotSay(question, answer)))
      return undefined
    return times('Q-TARGET') < MOST_TARGETS ? 'Q-TARGET' : undefined
  }
  if (scene.target.kind !== 'one') return undefined
  const wanted = wish(scene, sorted)
  if (wanted === undefined || times(wanted) > 0) return undefined
  if (!QUESTIONS[wanted].counts) return wanted
  const counted = asked.filter(({ question }) => QUESTIONS[question].counts)
  const tired =
    counted.length >= 2 && counted.slice(-2).every(({ question, answer }) => couldNotSay(question, answer))
  return counted.length >= MOST || tired ? undefined : wanted
}

const START = new Set(['vm.deallocated', 'vm.stopped', 'vm.spot_evicted'])

function wish(scene: Scene, sorted: Sorted): QuestionId | undefined {
  const first = sorted.named.find(({ cause }) => isCause(cause))
  const unasked = (id: QuestionId) => (scene.wasAsked(id) ? undefined : id)
  if (first !== undefined && first.sure >= SURE) {
    if (START.has(first.cause) && stoppedByAnother(scene) !== undefined) return unasked('Q-INTENT')
    // Whom to sign off can only be seen inside.
    if (first.cause === 'guest.session_limit' && value(scene, 'guest') === undefined && canRead(scene))
      return unasked('Q-CONSENT')
    return undefined
  }
  if (scene.entry === 'E-RDPFILE-PROMPT' || scene.kind === 'warning' || scene.running === false)
    return undefined
  if (isMerelyAsked(scene) && scene.listenerProven) return undefined
  return scene.floor === 'none' || scene.floor === 'resolve' ? below(scene, sorted) : above(scene, sorted)
}

/** The person asks whether all is well and reports no failure of their own. */
export const isMerelyAsked = (scene: Scene): boolean =>
  scene.kind === 'none' && (scene.said.says === 'nothing_wrong' || scene.hints.has('only-asking'))

const canRead = (scene: Scene): boolean => guestObstacles(scene).length === 0
const consent = (scene: Scene): QuestionId | undefined =>
  !scene.wasAsked('Q-CONSENT') && value(scene, 'guest') === undefined && canRead(scene)
    ? 'Q-CONSENT'
    : undefined

/** The connection does not get as far as Remote Desktop. */
function below(scene: Scene, sorted: Sorted): QuestionId | undefined {
  const unasked = (id: QuestionId) => (scene.wasAsked(id) ? undefined : id)
  const view = viewOf(scene)
  const all = [...sorted.named, ...sorted.weak]
  const bastion = scene.approach?.startsWith('bastion') === true
  const gone = all.find(({ cause }) => cause === 'target.stale_address')
  if (gone !== undefined && scene.dialled === undefined && !bastion) {
    const ask = unasked('Q-TARGET')
    if (ask !== undefined) return ask
  }
  // A firewall lets some senders in and others not.
  if (scene.source === undefined && view?.way?.sources?.some(isNarrow) === true) {
    const ask = unasked('Q-SRCIP')
    if (ask !== undefined) return ask
  }
  if (bastion) return consent(scene)
  if (scene.approach === 'gateway') return undefined
  const privately = view !== undefined && view.published.length === 0
  if (
    scene.approach === undefined &&
    (privately || isPrivatelyDialled(scene)) &&
    !scene.hints.has('path-works')
  ) {
    const ask = unasked('Q-VPN')
    if (ask !== undefined) return ask
  }
  if (!scene.approachIsKnown && !privately && scene.said.vpn === 'mentioned') {
    const ask = unasked('Q-PATH')
    if (ask !== undefined) return ask
  }
  const probe = value(scene, 'probe')?.answer
  const refused = probe === 'reset' || probe === 'other-bytes' || probe === 'silent'
  if (refused && view?.verdict?.access !== 'deny') {
    const ask = consent(scene)
    if (ask !== undefined) return ask
  }
  if (view?.hangsOnSource === true && scene.source === undefined) {
    const ask = unasked('Q-SRCIP')
    if (ask !== undefined) return ask
  }
  if (
    sorted.named.some(({ cause }) => CAUSES[cause].layer === 'edge' || CAUSES[cause].layer === 'client') &&
    scene.listenerProven
  )
    return side(scene)
  if (!scene.listenerProven && value(scene, 'guest') === undefined) return consent(scene)
  // Whoever got as far as a sign-in or a session is past the network.
  if (scene.listenerProven && (scene.hints.has('sign-in-refused') || scene.hints.has('drops'))) {
    const ask = consent(scene)
    if (ask !== undefined) return ask
  }
  const next = isVmProven(scene) ? side(scene) : undefined
  if (next !== undefined) return next
  if (scene.kind === 'none' && !scene.wasAsked('Q-ERROR') && value(scene, 'guest') === undefined)
    return 'Q-ERROR'
  return isMerelyAsked(scene) ? undefined : consent(scene)
}

const isNarrow = (prefix: string): boolean => !/^(\*|any|internet|0\.0\.0\.0\/0)$/i.test(prefix)

const isPrivatelyDialled = (scene: Scene): boolean =>
  viewOf(scene)?.match?.match === 'private-from-outside' || viewOf(scene)?.way?.kind === 'private-address'

const isVmProven = (scene: Scene): boolean => scene.listenerProven || value(scene, 'guest') !== undefined

/** The VM's side is proven: whose side is it then? */
function side(scene: Scene): QuestionId | undefined {
  const { hints, said } = scene
  const unasked = (id: QuestionId) => (scene.wasAsked(id) ? undefined : id)
  const others =
    hints.has('others-get-in') ||
    hints.has('other-pc-works') ||
    said.scope === 'only_me' ||
    scene.choice('Q-OTHERPC') === 'works_for_others'
  const all =
    hints.has('all-fail') || said.scope === 'everyone' || scene.choice('Q-OTHERPC') === 'fails_for_all'
  if (!others && !all && !scene.wasAsked('Q-OTHERPC')) return 'Q-OTHERPC'
  if (others)
    return hints.has('no-host-works') || hints.has('other-hosts-work')
      ? unasked('Q-OTHERNET')
      : (unasked('Q-OTHERHOST') ?? (scene.choice('Q-OTHERHOST') === 'no' ? undefined : unasked('Q-OTHERNET')))
  const net =
    hints.has('other-network-works') || said.places.works.length > 0 ? undefined : unasked('Q-OTHERNET')
  if (net !== undefined) return net
  return scene.choice('Q-OTHERNET') === 'yes_further' ? undefined : unasked('Q-LOCALTEST')
}

const REFUSED = new Set(['E-CREDS', 'E-0x207', 'E-BAS-LOGIN'])

/** Remote Desktop answered; it fails later. */
function above(scene: Scene, sorted: Sorted): QuestionId | undefined {
  const unasked = (id: QuestionId) => (scene.wasAsked(id) ? undefined : id)
  const [typed] = scene.said.named.users
  if (
    scene.entry !== undefined &&
    REFUSED.has(scene.entry) &&
    typed === undefined &&
    !scene.hints.has('forgot-password')
  ) {
    const ask = unasked('Q-USERFORM')
    if (ask !== undefined) return ask
  }
  const ask = consent(scene)
  if (ask !== undefined) return ask
  if (value(scene, 'guest') !== undefined || scene.choice('Q-CONSENT') !== 'no') {
    const suspects = suspectsOf(scene, sorted)
    if (suspects.some(cause => cause.startsWith('client.')) && sorted.named.length === 0) return side(scene)
    if (
      suspects.some(cause => cause === 'cred.password_expired' || cause === 'entra.guest_user') &&
      sorted.named.length === 0 &&
      !asksForEntra(scene)
    )
      return unasked('Q-ACCOUNT')
  }
  return undefined
}
