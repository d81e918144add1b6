/** Every check, in the order of the catalogue. Each is pure: what is known goes in, what it says comes out. */

import type { CheckId } from '../catalogue/checks/index.ts'
import type { Outcome } from './finding.ts'
import { checkMessage } from './k00-message.ts'
import { checkTarget } from './k01-target.ts'
import { checkState } from './k02-state.ts'
import { checkModel } from './k03-model.ts'
import { checkHealth } from './k04-health.ts'
import { checkActivity } from './k05-activity.ts'
import { checkAddresses } from './k06-addresses.ts'
import { checkJit } from './k07-jit.ts'
import { checkRules } from './k08-rules.ts'
import { checkRoles } from './k09-roles.ts'
import { checkExtensions } from './k10-extensions.ts'
import { checkBastion } from './k11-bastion.ts'
import { checkFlow } from './k12-flow.ts'
import { checkEffective } from './k13-effective.ts'
import { checkRoutes } from './k14-routes.ts'
import { checkBoot } from './k15-boot.ts'
import { checkMetrics } from './k16-metrics.ts'
import { checkProbe } from './k17-probe.ts'
import { checkReachability } from './k18-reachability.ts'
import { checkCloudService } from './k19-cloud-service.ts'
import { checkGuest } from './k20-guest.ts'
import { checkFailures } from './k21-failures.ts'
import { checkSignIns } from './k22-sign-ins.ts'
import { checkIncidents } from './k23-incidents.ts'
import { checkAfter } from './k24-after.ts'
import type { Scene } from './scene.ts'

const RUN: Readonly<Record<CheckId, (scene: Scene) => Outcome>> = {
  K00: checkMessage,
  K01: checkTarget,
  K02: checkState,
  K03: checkModel,
  K04: checkHealth,
  K05: checkActivity,
  K06: checkAddresses,
  K07: checkJit,
  K08: checkRules,
  K09: checkRoles,
  K10: checkExtensions,
  K11: checkBastion,
  K12: checkFlow,
  K13: checkEffective,
  K14: checkRoutes,
  K15: checkBoot,
  K16: checkMetrics,
  K17: checkProbe,
  K18: checkReachability,
  K19: checkCloudService,
  K20: checkGuest,
  K21: checkFailures,
  K22: checkSignIns,
  K23: checkIncidents,
  K24: checkAfter,
}

export const runChecks = (scene: Scene): readonly Outcome[] => Object.values(RUN).map(check => check(scene))
