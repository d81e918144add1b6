import { expect, test } from '@jest/globals'
import { REMEDIES } from '../../../core/triage/catalogue/remedies/index.ts'
import { verbOf } from '../../../core/triage/remedies/verbs.ts'
import type { Repair } from '../../../core/triage/repairs.ts'

/** The compiler keeps this list complete; what stands behind a word that is no remedy's verb. */
const REPAIRS: Readonly<Record<Repair['do'], 'remedy' | 'undoes' | 'beside'>> = {
  'start-vm': 'remedy',
  'start-dc': 'remedy',
  'deallocate-vm': 'beside',
  'restart-vm': 'remedy',
  'redeploy-vm': 'remedy',
  'reapply-vm': 'remedy',
  'reset-rdp-config': 'remedy',
  'reset-password': 'remedy',
  'reinstall-aadlogin': 'remedy',
  'set-rdp-port': 'remedy',
  'start-termservice': 'remedy',
  'restart-termservice': 'beside',
  'enable-rdp-reg': 'remedy',
  'enable-fw-rule': 'remedy',
  'fix-fw-policy': 'remedy',
  'renew-rdp-cert': 'remedy',
  'fix-machinekeys': 'remedy',
  'enable-tls12': 'remedy',
  'disable-nla-temp': 'remedy',
  'turn-nla-on': 'undoes',
  'unlock-account': 'remedy',
  'enable-account': 'remedy',
  'add-rdp-group': 'remedy',
  'grant-rdp-right': 'remedy',
  'free-port': 'remedy',
  'log-off-session': 'remedy',
  'cs-enable-rdp': 'remedy',
  'cs-extend-expiry': 'remedy',
  'cs-restart-instance': 'remedy',
  'cs-reimage-instance': 'beside',
  'cs-rebuild-instance': 'beside',
}

test('every remedy that Latchkey carries out itself, and no other, is a repair under the verb of the policy', () => {
  const verbs = (Object.keys(REMEDIES) as (keyof typeof REMEDIES)[]).flatMap(id => verbOf(id) ?? [])
  const own = Object.entries(REPAIRS).flatMap(([name, what]) => (what === 'remedy' ? [name] : []))
  expect([...own].toSorted()).toEqual([...new Set(verbs)].filter(verb => verb !== 'connect').toSorted())
})
