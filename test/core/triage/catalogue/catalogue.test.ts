import { describe, expect, test } from '@jest/globals'
import { CONDITIONS } from '../../../../core/triage/catalogue/causes/cause.ts'
import { CAUSES, type CauseId } from '../../../../core/triage/catalogue/causes/index.ts'
import { CHECKS } from '../../../../core/triage/catalogue/checks/index.ts'
import { ERRORS } from '../../../../core/triage/catalogue/errors/index.ts'
import { QUESTIONS } from '../../../../core/triage/catalogue/questions.ts'
import { REMEDIES } from '../../../../core/triage/catalogue/remedies/index.ts'
import { PREFLIGHT } from '../../../../core/triage/catalogue/remedies/remedy.ts'
import { APPROVALS, reaches, STAGES, stricter } from '../../../../core/triage/catalogue/scales.ts'
import { WARNINGS } from '../../../../core/triage/catalogue/warnings.ts'

const causes = Object.entries(CAUSES)
const remedies = Object.entries(REMEDIES)
const errors = Object.entries(ERRORS)

/** Whole sentences, each closed by a full stop or a question mark. */
const SENTENCES = /^[A-Z"a-z].*[.?!)]$/s

describe('the catalogue', () => {
  test('holds every cause, remedy, warning, message, check and question', () => {
    // Two groups that carried the same id would leave fewer than these.
    expect(causes).toHaveLength(133)
    expect(remedies).toHaveLength(90)
    expect(Object.keys(WARNINGS)).toHaveLength(34)
    expect(errors).toHaveLength(78)
    expect(Object.keys(CHECKS)).toHaveLength(25)
    expect(Object.keys(QUESTIONS)).toHaveLength(18)
  })

  test('refers only to what exists', () => {
    for (const [, cause] of causes) {
      for (const remedy of cause.remedies) expect(REMEDIES).toHaveProperty(remedy)
      for (const warning of cause.warnings) expect(WARNINGS).toHaveProperty(warning)
      for (const condition of Object.values(cause.only ?? {})) expect(CONDITIONS).toHaveProperty(condition)
    }
    for (const [, remedy] of remedies) {
      for (const warning of remedy.warnings) expect(WARNINGS).toHaveProperty(warning)
      for (const before of remedy.preflight ?? []) expect(PREFLIGHT).toHaveProperty(before)
    }
    for (const entry of [...Object.values(CHECKS), ...Object.values(QUESTIONS)])
      for (const id of entry.decides) expect(CAUSES).toHaveProperty([id])
    for (const [, entry] of errors) {
      for (const id of Object.keys(entry.likely)) expect(CAUSES).toHaveProperty([id])
      for (const id of entry.next) expect(id in CHECKS || id in QUESTIONS).toBe(true)
    }
  })

  test('a condition belongs to a remedy of the same cause', () => {
    for (const [, cause] of causes)
      for (const remedy of Object.keys(cause.only ?? {})) expect(cause.remedies).toContain(remedy)
  })

  test('every remedy, warning, condition and preflight is used', () => {
    const used = new Set(causes.flatMap(([, cause]) => cause.remedies))
    expect(remedies.map(([id]) => id).filter(id => !used.has(id as keyof typeof REMEDIES))).toEqual([])
    const conditions = new Set(causes.flatMap(([, cause]) => Object.values(cause.only ?? {})))
    expect(Object.keys(CONDITIONS).filter(id => !conditions.has(id as keyof typeof CONDITIONS))).toEqual([])
    const preflight = new Set(remedies.flatMap(([, remedy]) => remedy.preflight ?? []))
    expect(Object.keys(PREFLIGHT).filter(id => !preflight.has(id as keyof typeof PREFLIGHT))).toEqual([])
  })

  test('a cause in the hands of an owner names the owner', () => {
    const unnamed = causes.filter(
      ([id, cause]) => cause.approval === 'owner' && !cause.owner && !id.startsWith('ok.'),
    )
    expect(unnamed.map(([id]) => id)).toEqual([])
  })

  test('opening a port is never done by Latchkey except as a just-in-time window', () => {
    for (const [id, remedy] of remedies)
      if (remedy.permission?.includes('Microsoft.Network/'))
        expect([id, remedy.hands]).not.toEqual([id, 'bot'])
      else if (remedy.permission?.includes('jitNetworkAccessPolicies/write'))
        expect(remedy.hands).toBe('owner')
  })

  test('what touches Windows needs a ready agent and a second person', () => {
    for (const [id, remedy] of remedies)
      if (remedy.kind === 'guest_write' && remedy.hands === 'bot') {
        expect([id, remedy.preflight?.[0]]).not.toEqual([id, undefined])
        expect([id, APPROVALS.indexOf(remedy.approval) >= APPROVALS.indexOf('manager')]).toEqual([id, true])
      }
  })

  test('resets through VMAccess spare domain controllers', () => {
    expect(REMEDIES.reset_rdp_config.preflight).toContain('not_a_domain_controller')
    expect(REMEDIES.reset_password.preflight).toContain('not_a_domain_controller')
    expect(REMEDIES.reset_password.preflight).toContain('account_known_or_said')
  })

  test('resetting RDP is offered for a cause inside Windows only where RDP listens on 3389', () => {
    for (const [id, cause] of causes)
      if (cause.remedies.includes('reset_rdp_config'))
        expect([id, cause.only?.reset_rdp_config]).toEqual([id, 'listens_on_3389'])
  })

  test('the earlier a stage, the earlier it stands, and the stricter approval wins', () => {
    expect(reaches('tcp', 'auth')).toBe(true)
    expect(reaches('auth', 'tcp')).toBe(false)
    expect(reaches('tls', 'tls')).toBe(true)
    expect(STAGES[0]).toBe('target')
    expect(stricter('self', 'manager_strict')).toBe('manager_strict')
    expect(stricter('owner', 'manager')).toBe('owner')
  })

  test('a wrong id does not compile', () => {
    // @ts-expect-error: there is no such cause
    const wrong: CauseId = 'net.nsg_no_alow'
    expect(wrong in CAUSES).toBe(false)
  })
})

describe('words for people', () => {
  test('a title is one short sentence without a full stop', () => {
    for (const [id, cause] of causes) {
      expect([id, cause.title.length <= 70]).toEqual([id, true])
      expect([id, /[.!?]$/.test(cause.title)]).toEqual([id, false])
    }
  })

  test('explanations, remedies and warnings are whole sentences', () => {
    for (const [id, cause] of causes) expect([id, SENTENCES.test(cause.text)]).toEqual([id, true])
    for (const [id, remedy] of remedies) expect([id, SENTENCES.test(remedy.text)]).toEqual([id, true])
    for (const [id, text] of Object.entries(WARNINGS)) expect([id, SENTENCES.test(text)]).toEqual([id, true])
    for (const text of [...Object.values(CONDITIONS), ...Object.values(PREFLIGHT)])
      expect(text).toMatch(SENTENCES)
  })

  test('labels fit on buttons and in lists', () => {
    for (const [id, remedy] of remedies) expect([id, remedy.button.length <= 75]).toEqual([id, true])
    for (const [id, check] of Object.entries(CHECKS))
      expect([id, check.label.length <= 30]).toEqual([id, true])
    for (const question of Object.values(QUESTIONS))
      for (const button of question.buttons) expect(button.label.length).toBeLessThanOrEqual(40)
  })

  test('no two causes have the same title, except a VM that is missing and one that may not be seen', () => {
    expect(new Set(causes.map(([, cause]) => cause.title)).size).toBe(causes.length - 1)
    expect(CAUSES['target.wrong_vm'].title).toBe(CAUSES['target.no_access'].title)
    expect(CAUSES['target.wrong_vm'].text).toBe(CAUSES['target.no_access'].text)
  })
})

describe('messages', () => {
  test('weights of likely causes add up to about one', () => {
    for (const [id, entry] of errors) {
      const sum = Object.values(entry.likely).reduce((all, weight) => all + weight, 0)
      expect([id, sum > 0.85 && sum < 1.15]).toEqual([id, true])
    }
  })

  test('a floor never lies behind the stage that failed', () => {
    for (const [id, entry] of errors)
      if (entry.floor !== 'none') expect([id, reaches(entry.floor, entry.failedAt)]).toEqual([id, true])
  })

  test('a message of a failed attempt names no cause first that it rules out', () => {
    for (const [id, entry] of errors) {
      if (entry.kind !== 'connect' || entry.floor === 'none') continue
      const [first] = Object.entries(entry.likely).sort(([, a], [, b]) => b - a)
      const breaks = CAUSES[first?.[0] as CauseId].breaks
      expect([id, breaks === 'target' || !reaches(breaks, entry.floor)]).toEqual([id, true])
    }
  })

  test('codes are lower-case hexadecimal', () => {
    for (const [, entry] of errors)
      for (const code of entry.codes ?? []) expect(code).toMatch(/^(0x[0-9a-f]+)?(\/0x[0-9a-f]+)?$/)
  })

  test('patterns are lower case and repeat only within bounds', () => {
    for (const [, entry] of errors)
      for (const { source } of entry.patterns ?? []) {
        expect(source).not.toMatch(/(?<!\\)[*+]/)
        expect(source.replace(/\\[A-Z]/g, '')).toBe(source.replace(/\\[A-Z]/g, '').toLowerCase())
      }
  })
})
