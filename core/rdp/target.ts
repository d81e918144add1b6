/** From a way in to what a connection file is made of. */
import type { WayIn } from '../access/way-in.ts'
import type { RdpTarget } from './file.ts'

type DialledWayIn = Extract<WayIn, { host: string }>

/** Whether there is something to dial, and so a connection file. */
export const isDialled = (wayIn: WayIn): wayIn is DialledWayIn => wayIn.host !== undefined

/** @param label what the file is called after */
export function fileTarget({ host, port, account, file, way }: DialledWayIn, label: string): RdpTarget {
  const { entraSignIn, ...comforts } = file ?? {}
  return {
    host,
    port,
    label,
    comforts,
    ...(account === undefined ? {} : { account }),
    ...(entraSignIn === true ? { entraSignIn } : {}),
    ...(way?.roleInstance === undefined ? {} : { roleInstance: way.roleInstance }),
  }
}
