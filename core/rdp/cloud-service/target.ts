/** `myservice/WebRole_IN_0`: one instance of a role of a Cloud Service, as people write it. */

/** Names as typed. The role is what the instance's name begins with: Azure names instances so. */
export type InstanceRef = { service: string; role: string; instance: string }

const SERVICE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/
const INSTANCE = /^([A-Za-z][A-Za-z0-9_.-]{0,99})_IN_(\d{1,4})$/i
const DOMAIN = /\.(?:[a-z0-9]+\.)?cloudapp\.(?:net|azure\.com)\.?$/i

/** Undefined for whatever is not of this form; a VM's name never is. */
export function parseInstanceRef(text: string): InstanceRef | undefined {
  const [written = '', instance = '', ...more] = text.trim().split('/')
  const service = written.replace(DOMAIN, '')
  const [, role] = INSTANCE.exec(instance) ?? []
  return more.length === 0 && SERVICE.test(service) && role !== undefined
    ? { service, role, instance }
    : undefined
}
