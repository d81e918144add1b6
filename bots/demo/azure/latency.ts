/**
 * How long Azure takes: to answer a call, by the wall clock, and to finish an operation, by the world's.
 *
 * Only where the world is told to be realistic. Numbers are the middle of what the operations are known to take; that a script inside
 * Windows takes 20 seconds at least is documented: https://learn.microsoft.com/azure/virtual-machines/windows/run-command (read 2026-11-21).
 */
import type { AzureState } from './model.ts'

type Takes = { answerMs: number; operationMs?: number }

/** By the end of a route's path; the first that fits. */
const TAKES: readonly (readonly [end: RegExp, takes: Takes])[] = [
  [/\/runCommand$/, { answerMs: 600, operationMs: 40_000 }],
  [/\/(start|deallocate)$/, { answerMs: 500, operationMs: 35_000 }],
  [/\/(restart|powerOff|reapply)$/, { answerMs: 500, operationMs: 25_000 }],
  [/\/redeploy$/, { answerMs: 500, operationMs: 240_000 }],
  [/\/extensions\/\{extension\}$/, { answerMs: 500, operationMs: 45_000 }],
  [/\/ipFlowVerify$/, { answerMs: 700, operationMs: 5_000 }],
  [/\/nextHop$/, { answerMs: 700, operationMs: 5_000 }],
  [/\/effectiveNetworkSecurityGroups$/, { answerMs: 700, operationMs: 8_000 }],
  [/\/effectiveRouteTable$/, { answerMs: 700, operationMs: 8_000 }],
  [/\/connectivityCheck$/, { answerMs: 700, operationMs: 30_000 }],
  [/\/queryInboundNatRulePortMapping$/, { answerMs: 500, operationMs: 2_000 }],
  [/\/retrieveBootDiagnosticsData$/, { answerMs: 1_500 }],
  [/\/eventtypes\/management\/values$/, { answerMs: 1_500 }],
  [/\/Microsoft\.ResourceGraph\/resources$/, { answerMs: 700 }],
  [/\/availabilityStatuses\/current$/, { answerMs: 700 }],
  [/\/Microsoft\.Insights\/metrics$/, { answerMs: 700 }],
  [/\/roleAssignments$/, { answerMs: 600 }],
  [/\/securityRules\/\{rule\}$/, { answerMs: 400, operationMs: 4_000 }],
  [/\/initiate$/, { answerMs: 900 }],
  [/\/operations\/\{operation\}$/, { answerMs: 150 }],
  [/\/operationResults\/\{operation\}$/, { answerMs: 150 }],
]
const USUAL: Takes = { answerMs: 300 }

const takes = (route: string): Takes => TAKES.find(([end]) => end.test(route))?.[1] ?? USUAL

export const answerMsOf = ({ realistic }: AzureState, route: string): number =>
  realistic ? takes(route).answerMs : 0

type Paces = { state: AzureState; operationMs: number; runCommandMs: number }

/** On the world's clock. */
export function operationMsOf({ state, operationMs, runCommandMs }: Paces, route: string): number {
  if (state.realistic) return takes(route).operationMs ?? operationMs
  return route.endsWith('/runCommand') ? runCommandMs : operationMs
}
