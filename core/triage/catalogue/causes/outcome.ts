/**
 * Causes: outcomes that are not faults.
 *
 * Facts: Microsoft's Azure and Windows support articles and product pages (read 2026-11-20).
 */
import type { Cause } from './cause.ts'

export const OUTCOME_CAUSES = {
  'ok.healthy': {
    title: 'Nothing is wrong on the Azure side',
    text: 'Every check passed and Remote Desktop answers on the port.',
    layer: 'outcome',
    breaks: 'session',
    paths: ['direct', 'bastion'],
    evidence: [
      'every applicable check passed, incl. guest read or an answer on the port',
      'no failing error text, or it is older than the last change',
    ],
    certainty: 'certain',
    proviso: 'with a positive proof, never from absence of findings',
    remedies: ['none', 'ask_person'],
    warnings: [],
    approval: 'none',
  },
  'ok.resolved': {
    title: 'It was broken and is fixed now',
    text: 'The fault was removed after you wrote. Please try again.',
    layer: 'outcome',
    breaks: 'session',
    paths: ['direct', 'bastion'],
    evidence: [
      'a cause found in the activity log is gone (started, rule added, window opened) after the complaint time',
    ],
    certainty: 'probable',
    remedies: ['wait_and_recheck'],
    warnings: [],
    approval: 'none',
  },
  'ok.inconclusive': {
    title: 'No cause was found',
    text: 'What could be checked from outside is fine. The rest could not be seen.',
    layer: 'outcome',
    breaks: 'session',
    paths: ['direct', 'bastion'],
    evidence: [
      'control-plane and network checks passed',
      'guest could not be read (agent, consent) and the person has not answered',
    ],
    certainty: 'probable',
    remedies: ['ask_person', 'serial_console'],
    warnings: [],
    approval: 'none',
  },
} as const satisfies Readonly<Record<string, Cause>>
