/**
 * `myservice/WebRole_IN_0`: one instance of a role of a Cloud Service, as people write it. `myservice/*`: every role of it. Where several
 * services have one name, the instance's full ARM id tells them apart.
 */

/** Names as typed. The role is what the instance's name begins with: Azure names instances so. Without them, every role is meant. */
export type InstanceRef = { service: string /** ARM id of the service. */; id?: string } & (
  | { role: string; instance: string }
  | { role?: undefined; instance?: undefined }
)

const SERVICE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/
const INSTANCE = /^([A-Za-z][A-Za-z0-9_.-]{0,99})_IN_(\d{1,4})$/i
const DOMAIN = /\.(?:[a-z0-9]+\.)?cloudapp\.(?:net|azure\.com)\.?$/i
const FULL =
  /^(\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[\p{L}\p{N}._()-]{1,90}\/providers\/Microsoft\.Compute\/cloudServices\/([^/]+))\/roleInstances\/([^/]+)$/iu

/** Undefined for whatever is not of this form; a VM's name never is. */
export function parseInstanceRef(text: string): InstanceRef | undefined {
  const [, id, named = '', whole = ''] = FULL.exec(text.trim()) ?? []
  if (id !== undefined) {
    const ref = parseInstanceRef(`${named}/${whole}`)
    return ref && { ...ref, id }
  }
  const [written = '', instance = '', ...more] = text.trim().split('/')
  const service = written.replace(DOMAIN, '')
  if (more.length > 0 || !SERVICE.test(service)) return undefined
  if (instance === '*') return { service }
  const [, role] = INSTANCE.exec(instance) ?? []
  return role === undefined ? undefined : { service, role, instance }
}
