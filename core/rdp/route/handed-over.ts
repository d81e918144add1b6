/** What is handed to the person for a way: host, port, account, and what the policy wants of the file as far as it can be had here. */
import type { WayIn } from '../../access/way-in.ts'
import type { VmReport } from '../../ports.ts'
import { type FileWishes, rdpFile } from '../file.ts'
import { fileTarget, isDialled } from '../target.ts'
import type { BastionWay, ChosenWay } from './way.ts'

type Wish = {
  /** The port on which Windows listens. */
  port: number
  file?: FileWishes
  /** The user principal name of the person. */
  upn?: string
  /** The rule allows a shareable link of Bastion, and one can be made here. */
  link?: boolean
}

/** Made only of what a file can be made of, so that handing it over later cannot fail; otherwise why not, in a sentence. */
export function handedOver(way: ChosenWay, report: VmReport, wish: Wish): WayIn | { problem: string } {
  const { wishes, lacks } = possible(way, report, wish.file ?? {})
  const account = wishes.entraSignIn === true ? wish.upn : localAccount(report)
  const more = {
    ...(Object.keys(wishes).length === 0 ? {} : { file: wishes }),
    ...(lacks === undefined ? {} : { lacks }),
  }
  const bare: WayIn =
    way.kind === 'bastion'
      ? { port: wish.port, way, ...more, ...(wish.link && canLink(way) ? { link: true } : {}) }
      : { host: way.host, port: way.port, way, ...more }
  const full: WayIn = account === undefined ? bare : { ...bare, account }
  if (!isDialled(bare) || !isDialled(full)) return full
  if ('bytes' in rdpFile(fileTarget(full, report.vm.name))) return full
  // An account name that cannot go into a file is left out; an address that cannot ends it here.
  const file = rdpFile(fileTarget(bare, report.vm.name))
  return 'bytes' in file ? bare : { problem: file.problem }
}

const canLink = ({ methods }: BastionWay): boolean => methods.includes('shareable-link')

function localAccount({ adminAccount, computerName, vm }: VmReport): string | undefined {
  return adminAccount === undefined ? undefined : `${computerName ?? vm.name}\\${adminAccount}`
}

/**
 * Sign-in with Entra ID needs the name that the VM has in Entra, which is its computer name; with another name, or an address, Windows
 * refuses it.
 */
function possible(
  way: ChosenWay,
  { computerName }: VmReport,
  wishes: FileWishes,
): { wishes: FileWishes; lacks?: string } {
  if (wishes.entraSignIn !== true || way.kind === 'bastion') return { wishes }
  const { entraSignIn: _, ...rest } = wishes
  const [label = ''] = way.host.split('.')
  const isName = computerName !== undefined && label.toLowerCase() === computerName.toLowerCase()
  if (isName) return { wishes }
  const name = computerName === undefined ? 'its computer name' : `a name that begins with ${computerName}`
  return {
    wishes: rest,
    lacks: `Sign-in with Entra ID is not in the file: it works only with ${name}, and this way leads to ${way.host}.`,
  }
}
