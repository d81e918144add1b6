/** Whether the conditions of the catalogue hold, as far as is known. What is not known does not hold. */
import type { Cause } from '../catalogue/causes/cause.ts'
import { ruleRefused, ruleRemoved } from '../checks/activity.ts'
import { entraLogin } from '../checks/entra.ts'
import type { Finding } from '../checks/finding.ts'
import { viewOf } from '../checks/rules.ts'
import { type Scene, value } from '../checks/scene.ts'
import { isDomainController } from '../engine/preflight.ts'

type ConditionId = NonNullable<NonNullable<Cause['only']>[keyof NonNullable<Cause['only']>]>

export function holds(condition: ConditionId, scene: Scene, finding: Finding): boolean {
  const guest = value(scene, 'guest')
  const view = viewOf(scene)
  switch (condition) {
    case 'listens_on_3389':
      return (guest?.listener?.port ?? scene.listens) === 3389
    case 'nat_front_end':
      return view?.published.some(({ kind }) => kind === 'nat-rule' || kind === 'firewall') === true
    case 'kerberos_only':
      return scene.hints.has('protected-user') || finding.details?.what === 'kerberos'
    case 'no_domain':
      return guest?.domain?.joined === false
    case 'image_not_generalised':
      return value(scene, 'model')?.customImage === true || scene.hints.has('own-image')
    case 'rule_was_removed':
      return ruleRemoved(scene) !== undefined
    case 'jit_covers_the_port': {
      const port = view?.flow?.port ?? scene.listens
      return value(scene, 'jit')?.ports.some(({ number }) => number === port) === true
    }
    case 'policy_permits_rule':
      return ruleRefused(scene) === undefined
    case 'nsg_present':
      return (
        view?.network.nics.some(
          nic =>
            nic.attachedNsg !== undefined || nic.ipConfigurations.some(ip => ip.subnet.nsg !== undefined),
        ) === true
      )
    case 'local_account':
      return isLocal(scene)
    case 'not_local_account':
      return !isLocal(scene)
    case 'open_to_internet':
      return isOpenToAll(scene)
    case 'bastion_present':
      return hasBastion(scene)
    case 'dc_switched_off':
      return finding.details?.vm !== undefined
    case 'platform_lasts':
      return value(scene, 'incidents')?.length === 0
  }
}

/** A Bastion host that was seen and works. */
export const hasBastion = (scene: Scene): boolean => {
  const bastion = value(scene, 'bastion')
  return bastion !== undefined && bastion.state !== 'failed'
}

/** Without a look inside, an account is taken for local when nothing speaks for a domain or for Entra. */
function isLocal(scene: Scene): boolean {
  const account = value(scene, 'guest')?.account
  if (isDomainController(scene)) return false
  if (account !== undefined) return account.kind === 'local'
  const chosen = scene.choice('Q-ACCOUNT')
  if (chosen !== undefined) return chosen === 'local' || chosen === 'temporary_password'
  const form = scene.choice('Q-USERFORM')
  if (form === 'domain_user' || form === 'user_company' || form === 'azuread_user_company') return false
  const [typed] = scene.said.named.users
  if (typed?.form === 'azuread' || typed?.form === 'upn') return false
  return entraLogin(value(scene, 'extensions') ?? []) === undefined
}

/** Whether anybody on the internet reaches the port. */
export function isOpenToAll(scene: Scene): boolean {
  const view = viewOf(scene)
  const rule = view?.verdict?.decidedBy?.rule
  if (view?.verdict?.access !== 'allow' || view.way?.overPublic !== true) return false
  return rule === undefined || rule.sources.some(source => /^(\*|any|internet|0\.0\.0\.0\/0)$/i.test(source))
}
