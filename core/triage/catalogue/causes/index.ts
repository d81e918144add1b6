/** All causes, by id. */
import { BASTION_CAUSES } from './bastion.ts'
import { BOOT_CAUSES } from './boot.ts'
import type { Cause } from './cause.ts'
import { CLIENT_CAUSES } from './client.ts'
import { CLOUD_SERVICE_CAUSES } from './cloud-service.ts'
import { CREDENTIAL_CAUSES } from './credential.ts'
import { ENTRA_CAUSES } from './entra.ts'
import { GUEST_NETWORK_CAUSES } from './guest-network.ts'
import { GUEST_RDP_CAUSES } from './guest-rdp.ts'
import { GUEST_SESSION_CAUSES } from './guest-session.ts'
import { OUTCOME_CAUSES } from './outcome.ts'
import { POWER_CAUSES } from './power.ts'
import { ROUTES_CAUSES } from './routes.ts'
import { RULES_CAUSES } from './rules.ts'
import { TARGET_CAUSES } from './target.ts'

const ALL = {
  ...TARGET_CAUSES,
  ...POWER_CAUSES,
  ...BOOT_CAUSES,
  ...ROUTES_CAUSES,
  ...RULES_CAUSES,
  ...CLOUD_SERVICE_CAUSES,
  ...BASTION_CAUSES,
  ...GUEST_NETWORK_CAUSES,
  ...GUEST_RDP_CAUSES,
  ...GUEST_SESSION_CAUSES,
  ...CREDENTIAL_CAUSES,
  ...ENTRA_CAUSES,
  ...CLIENT_CAUSES,
  ...OUTCOME_CAUSES,
}

export type CauseId = keyof typeof ALL

export const CAUSES: Readonly<Record<CauseId, Cause>> = ALL
