/** What cards say of a VM that was off: what agreeing includes, how far it is, and what became of it afterwards. */
import { type After, afterOf, isToPutBack, type Started, type StartPlan } from '../../access/power/power.ts'
import type { AccessRequest, Ask } from '../../access/request.ts'
import type { Button, Line, Message, Step } from '../message.ts'
import { message } from '../message.ts'

type Over = Extract<AccessRequest, { status: 'over' }>

/** What is agreed to, for whoever decides and whoever asked. Prices are Azure's to tell. */
export const startLines = ({ start }: Pick<Ask, 'start'>): readonly Line[] =>
  start === undefined
    ? []
    : [
        [
          { strong: 'The VM is switched off' },
          ` (${start.power}). Agreeing includes starting it. ${costOf(start)} ${afterwards(start)}`,
        ],
      ]

function costOf({ power, size }: StartPlan): string {
  const which = size === undefined ? '' : ` (size ${size})`
  return power === 'stopped' || power === 'stopping'
    ? `It is stopped and not deallocated, so that it costs money${which} as it is.`
    : `A running VM costs money${which} from its start until it is deallocated.`
}

const afterwards = ({ putBack, power }: StartPlan): string =>
  putBack && power !== 'stopped' && power !== 'stopping'
    ? 'Afterwards it is switched off again, unless somebody else uses it.'
    : 'It stays on afterwards.'

/** On the requester's card, before the page is opened. */
export const startSoonLines = ({ start }: Pick<Ask, 'start'>): readonly Line[] =>
  start === undefined
    ? []
    : [
        [
          'The VM is switched off: it is started then, which takes a few minutes. Your time begins when it is ready.',
        ],
      ]

/** Before the steps of an opening. */
export function startSteps(started: Started | undefined): readonly Step[] {
  if (started === undefined) return []
  const { order, runningAt, upAt } = started
  const isOn = runningAt !== undefined || upAt !== undefined
  const note = order !== undefined && order.operation === undefined && !isOn ? { note: 'being sent' } : {}
  return [
    { label: 'Start the VM', state: isOn ? 'done' : 'doing', ...note },
    { label: 'Wait for Windows to report', state: upAt !== undefined ? 'done' : isOn ? 'doing' : 'todo' },
  ]
}

/** While the VM is on because of this request. */
export function startedLines(state: AccessRequest): readonly Line[] {
  if (!('started' in state) || state.started?.order === undefined) return []
  return [
    [
      isToPutBack(state)
        ? 'I started the VM for this. Afterwards I switch it off again, unless somebody else uses it.'
        : 'I started the VM for this. It stays on afterwards.',
    ],
  ]
}

/** What became of it once the access was over. */
export function afterLines(state: Over): readonly Line[] {
  const { started } = state
  if (started?.order === undefined) return []
  if (!isToPutBack(state))
    return [['I started the VM for this. It stays on, and costs money until somebody deallocates it.']]
  return [[{ strong: 'The VM that I started: ' }, sayAfter(afterOf(state))]]
}

function sayAfter(after: After | undefined): string {
  switch (after?.state) {
    case undefined:
      return 'I am looking whether it can be switched off again.'
    case 'waiting':
      return `${after.say} It stays on for now; I look again, and switch it off when nobody needs it.`
    case 'asking':
      return `${after.say} Shall I switch it off again? Without an answer it stays on, and costs money.`
    case 'wanted':
      return `${after.by.name} wants it off; I am looking whether anybody else needs it.`
    case 'stopping':
      return 'I am switching it off.'
    case 'off':
      return 'switched off again. Azure shows it as deallocated.'
    case 'left':
      return after.say
  }
}

/** Only the requester is asked, and only while nobody knows. */
export const switchButtons = (state: Over): readonly Button[] => {
  const request = state.ask.id
  return afterOf(state)?.state === 'asking'
    ? [
        { label: 'Switch off', weight: 'main', press: { intent: { do: 'switch-off', request } } },
        { label: 'Leave on', weight: 'plain', press: { intent: { do: 'leave-on', request } } },
      ]
    : []
}

/** For the administrators' channel. */
export function leftOnMessage(ask: Ask, say: string): Message {
  const title = `Left running: ${ask.vm.name}`
  return message({
    tone: 'bad',
    title,
    plain: title,
    lines: [
      [
        'I started ',
        { code: ask.vm.name },
        ' for ',
        { person: ask.by.person, name: ask.by.name },
        ` and did not switch it off again: ${say} It costs money until somebody deallocates it.`,
      ],
    ],
    facts: [
      { label: 'Subscription', value: [ask.vm.subscriptionName] },
      { label: 'Resource group', value: [ask.vm.resourceGroup] },
    ],
  })
}
