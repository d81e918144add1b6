/**
 * What an Azure Bastion host can do, what is missing for the rest, and what each way through it asks of the person and of Azure.
 *
 * The table is data, so that cards, the access page and the refusal of a way all say the same.
 * Sources: https://learn.microsoft.com/azure/bastion/bastion-connect-vm-rdp-windows, …/configuration-settings, …/shareable-link
 * (read 2026-11-20).
 */
import type { Bastion } from '../../triage/readings.ts'
import type { BastionWay } from '../route/way.ts'

/** How a person can go through a Bastion host. */
export type BastionMethod = 'portal' | 'native' | 'shareable-link' | 'by-address'

type Sku = Bastion['sku']
type Feature = keyof Bastion['features']

type Demand = {
  method: BastionMethod
  label: string
  /** The smallest tier that offers it, on RDP's usual port and on another one. */
  least: Sku
  leastOtherPort: Sku | 'never'
  /** The switch of the host that must be on. */
  feature?: { name: Feature; label: string }
  signIn: readonly ('password' | 'entra' | 'kerberos')[]
  /** Roles of the person, besides a right to sign in to Windows. A shareable link needs none. */
  roles: readonly string[]
  limits: readonly string[]
}

const READER = [
  'Reader on the VM',
  'Reader on its network interface',
  'Reader on the Bastion host',
  'Reader on the virtual network of the VM, where the Bastion host stands in a peered one',
]

/** Besides the others, for whoever signs in with Entra ID. */
const ENTRA_READER =
  'Virtual Machine User Login or Virtual Machine Administrator Login, for sign-in with Entra ID'

export const BASTION_DEMANDS: readonly Demand[] = [
  {
    method: 'portal',
    label: 'the Azure portal',
    least: 'Developer',
    leastOtherPort: 'Standard',
    signIn: ['password', 'entra', 'kerberos'],
    roles: [...READER, ENTRA_READER],
    limits: ['Sign-in with Entra ID cannot be used while the host records sessions.'],
  },
  {
    method: 'native',
    label: 'the Windows client, started by the Azure CLI',
    least: 'Standard',
    leastOtherPort: 'Standard',
    feature: { name: 'nativeClient', label: 'native client support' },
    signIn: ['password', 'entra'],
    roles: [...READER, ENTRA_READER],
    limits: ['The Azure CLI starts the client on Windows only.'],
  },
  {
    method: 'shareable-link',
    label: 'a shareable link',
    least: 'Standard',
    leastOtherPort: 'Standard',
    feature: { name: 'shareableLink', label: 'shareable links' },
    signIn: ['password'],
    roles: [],
    limits: [
      'There is one link for each VM, and it has no end of its own.',
      'Whoever has it gets to the sign-in screen of the VM.',
      'Not across tenants, not over Virtual WAN, and not for machines outside Azure.',
      'A host holds 500 links at most.',
    ],
  },
  {
    method: 'by-address',
    label: 'the private address through Bastion',
    least: 'Standard',
    leastOtherPort: 'Standard',
    feature: { name: 'ipConnect', label: 'IP-based connection' },
    signIn: ['password'],
    roles: READER,
    limits: [
      'No sign-in with Entra ID.',
      'No other port than 3389 with the native client.',
      'Not behind forced tunnelling, and no user-defined route on the Bastion subnet.',
    ],
  },
]

export type BastionAbility = Omit<Demand, 'least' | 'leastOtherPort' | 'feature'> & {
  works: boolean
  /** What it would need, as clauses: "the tier Standard (it is Basic)". Empty where it works. */
  needs: readonly string[]
}

/** What one way of going through a host asks for, in words: a line of the table that people read. */
export type BastionRow = {
  label: string
  /** Empty where it works here. */
  needs: readonly string[]
  signIn: string
  roles: readonly string[]
  limits: readonly string[]
}

const SIGN_IN: Record<Demand['signIn'][number], string> = {
  password: 'user name and password',
  entra: 'Entra ID (a preview for RDP)',
  kerberos: 'Kerberos',
}

/** The whole table for a host as it was found. What was recorded before a line was known is left out. */
export const bastionRows = ({
  methods,
  lacking,
}: Pick<BastionWay, 'methods' | 'lacking'>): readonly BastionRow[] =>
  BASTION_DEMANDS.flatMap(({ method, label, signIn, roles, limits }) => {
    const missing = lacking.find(one => one.label === label)
    if (missing === undefined && !methods.includes(method)) return []
    const how = signIn.map(one => SIGN_IN[one]).join(', or ')
    return [{ label, needs: missing?.needs ?? [], signIn: how, roles, limits }]
  })

const RANK: Record<Sku, number> = { Developer: 0, Basic: 1, Standard: 2, Premium: 3 }
const USUAL_PORT = 3389

/** Every method, in the order of the table. Pure and total. */
export function bastionAbilities(
  bastion: Pick<Bastion, 'sku' | 'features'>,
  wish: { port: number; entraSignIn?: boolean },
): readonly BastionAbility[] {
  return BASTION_DEMANDS.map(({ least, leastOtherPort, feature, ...rest }) => {
    const isUsual = wish.port === USUAL_PORT
    const tier = isUsual ? least : leastOtherPort
    const isBig = tier !== 'never' && RANK[bastion.sku] >= RANK[tier]
    const needs = [
      ...(tier === 'never' ? [`port ${USUAL_PORT} inside the VM (it is ${wish.port})`] : []),
      ...(tier === 'never' || isBig
        ? []
        : [`the tier ${tier}${isUsual ? '' : ` for port ${wish.port}`} (it is ${bastion.sku})`]),
      ...(feature === undefined || bastion.features[feature.name] ? [] : [`${feature.label} switched on`]),
      ...(wish.entraSignIn === true && !rest.signIn.includes('entra')
        ? ['a password: it offers no sign-in with Entra ID']
        : []),
    ]
    return { ...rest, works: needs.length === 0, needs }
  })
}

/** Why the host as such serves nobody on this VM now, in a clause; undefined when it does. */
export function bastionProblem({ sku, state, place, peered, prefix }: Bastion): string | undefined {
  if (state === 'failed' || state === 'updating') return `Azure reports it as ${state}`
  if (place === 'peered-vnet' && sku === 'Developer')
    return 'its tier Developer serves its own virtual network only'
  if (place === 'peered-vnet' && !peered) return 'the peering to its virtual network is not connected'
  if (prefix === undefined && sku !== 'Developer') return 'its subnet could not be read'
  return undefined
}

/** A Developer host has no subnet of its own: it speaks from the platform's address. */
export const bastionSource = ({ prefix }: Pick<Bastion, 'prefix'>): string => prefix ?? '168.63.129.16'
