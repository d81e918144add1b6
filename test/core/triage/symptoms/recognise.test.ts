import { describe, expect, test } from '@jest/globals'
import { ERRORS, type ErrorId } from '../../../../core/triage/catalogue/errors/index.ts'
import { readSymptoms } from '../../../../core/triage/symptoms/read.ts'
import { PASTED } from './pasted.ts'

const best = (text: string) => readSymptoms(text).errors[0]?.id
const entries = Object.entries(ERRORS) as [ErrorId, (typeof ERRORS)[ErrorId]][]

/** Texts that two entries print word for word; the way that was tried decides between them. */
const SAME_WORDS: Readonly<Record<string, readonly ErrorId[]>> = {
  'The username or password is incorrect': ['E-BAS-LOGIN', 'E-CREDS'],
}

describe('messages that people pasted', () => {
  test.each(PASTED.map(each => [each.pasted.slice(0, 60).replace(/\s+/g, ' '), each] as const))(
    '%s',
    (_, each) => {
      expect(each.expect).toContain(best(each.pasted))
    },
  )
})

describe("the products' own words", () => {
  const own = entries.flatMap(([id, entry]) => (entry.texts ?? []).map(text => [id, text] as const))

  test.each(own)('%s: %s', (id, text) => {
    expect(SAME_WORDS[text] ?? [id]).toContain(best(text.replaceAll('NAME', 'vm-app-01')))
  })

  const other = entries.flatMap(([id, entry]) =>
    Object.entries(entry.localised ?? {}).flatMap(([language, texts]) =>
      texts.map(text => [id, language, text] as const),
    ),
  )

  test.each(other)('%s (%s): %s', (id, _, text) => {
    expect(best(`vm-app-01: ${text.replaceAll('NAME', 'vm-app-01')}`)).toBe(id)
  })

  test('are known with one wrong letter in eight, as a machine reads them from a picture', () => {
    expect(
      best(
        "Rernote Desktop can't conneot to the remote computcr for one of these reas0ns: 1) Remote acoess to the servcr is not enab1ed",
      ),
    ).toBe('E-GENERAL-3')
    expect(best('The trust relatlonship between this workstatlon and the prirnary domain fai1ed.')).toBe(
      'E-TRUST',
    )
    expect(
      best('Your credentia1s did not w0rk. The credentiais that were used to connect to VM01 did not work.'),
    ).toBe('E-CREDS')
  })

  test('are known without their apostrophes, accents and line breaks', () => {
    expect(best('this computer cant connect to the remote computer')).toBe('E-CANT-CONNECT')
    expect(
      best("Une erreur d'authentification s'est produite.\r\nLa fonction demandee n'est pas prise en charge"),
    ).toBe('E-CREDSSP')
    expect(best('ＡＮ　ＩＮＴＥＲＮＡＬ　ＥＲＲＯＲ　ＨＡＳ　ＯＣＣＵＲＲＥＤ')).toBe('E-INTERNAL')
  })
})

describe('codes', () => {
  const first = (text: string) => readSymptoms(text).codes[0]

  test('are read as a pair of error and extended error', () => {
    expect(first('Error code: 0x3\nExtended error code: 0x9')).toMatchObject({
      error: '0x3',
      extended: '0x9',
    })
    expect(best('Error code: 0x3\nExtended error code: 0x9')).toBe('E-NOT-AUTHORIZED')
    expect(best('Error code: 0x3 Extended error code: 0x101')).toBe('E-LICENCE')
    expect(best('0x3/0x10')).toBe('E-DWM')
  })

  test('mean another thing as extended error', () => {
    expect(best('error code 0x104')).toBe('E-NAME')
    expect(best('Error code: 0x3, Extended error code: 0x104')).toBe('E-LICENCE-CLIENT')
  })

  test('are read in other languages, in decimal and without their prefix', () => {
    expect(first('Fehlercode: 0x204 Erweiterter Fehlercode: 0x0')).toMatchObject({
      error: '0x204',
      extended: '0x0',
    })
    expect(first("Code d'erreur : 0x904\nCode d'erreur étendu : 0x7")).toMatchObject({
      error: '0x904',
      extended: '0x7',
    })
    expect(first('错误代码： 0x708 扩展错误代码： 0x0')).toMatchObject({ error: '0x708' })
    expect(first('RDP client event 1026, reason = 516')).toMatchObject({
      error: '0x204',
      meaning: 'socket connect failed',
    })
    expect(first('error 204 on my mac')).toMatchObject({ error: '0x204' })
    expect(best('error code 0x00000204')).toBe('E-GENERAL-3')
  })

  test('of a Windows sign-in event give its sub-status', () => {
    const event = 'An account failed to log on.\nStatus: 0xC000006D\nSub Status: 0xC0000234'
    expect(readSymptoms(event)).toMatchObject({ subStatus: '0xc0000234', floor: 'tls', failedAt: 'auth' })
    expect(best(event)).toBe('E-EVENT-4625')
  })

  test('that nobody knows are not taken for one', () => {
    expect(readSymptoms('memory at 0x7ffe1234 and 0xdeadbeef').codes).toEqual([])
  })
})

describe('the person own words', () => {
  test.each([
    ["can't rdp to vm01", 'E-NONE'],
    ['bekomme Zeitüberschreitung auf vm-app-01', 'E-TIMEOUT'],
    ['vm-app-01 geht nicht', 'E-NONE'],
    ['impossible de se connecter à vm-app-01 depuis ce matin', 'E-NONE'],
    ['no puedo conectarme a vm-app-01', 'E-NONE'],
    ['无法连接 vm-app-01', 'E-NONE'],
    ['vm-app-01 に接続できません', 'E-NONE'],
    ['não consigo conectar na vm-app-01', 'E-NONE'],
    ['non riesco a collegarmi a vm-app-01', 'E-NONE'],
    ['Passwort falsch bei vm-app-01, stimmt aber', 'E-CREDS'],
    ['écran noir après la connexion', 'E-BLACK'],
    ['登录后黑屏', 'E-BLACK'],
    ['it just says internal error right after clicking connect', 'E-INTERNAL'],
    ['credentials dont work on vm-app-01', 'E-CREDS'],
    ['stuck on configuring remote session', 'E-CONFIGURING'],
    ['two people already on the server, max connections reached', 'E-TOO-MANY'],
    ['rdcman shows black until I click another window, mstsc is fine', 'E-REPAINT'],
    ['I started tailscale on the vm and lost the session', 'E-GUEST-VPN'],
    ['portal says JIT is not enabled on this VM', 'E-JIT-RIGHT'],
  ] as const)('%s', (text, id) => {
    expect(best(text)).toBe(id)
  })
})

test('a plain complaint never reaches the score from which no text is asked for', () => {
  for (const text of ['geht nicht', 'rdp broken', "can't rdp, rdp does not work, no funciona"]) {
    const [first] = readSymptoms(text).errors
    expect(first?.id).toBe('E-NONE')
    expect(first?.score).toBeLessThan(0.6)
  }
})

describe('the floor', () => {
  test('is what the message proves of the attempt', () => {
    expect(readSymptoms('Your credentials did not work')).toMatchObject({ floor: 'tls', failedAt: 'auth' })
    expect(readSymptoms('An internal error has occurred')).toMatchObject({ floor: 'tcp', failedAt: 'tls' })
    expect(readSymptoms('Error code: 0x204')).toMatchObject({ floor: 'resolve', failedAt: 'tcp' })
  })

  test('is none for a warning, a drop, an answer of Azure and plain complaints', () => {
    for (const text of [
      'Caution: Unknown remote connection',
      'The connection has been lost. Attempting to reconnect to your session',
      'AllocationFailed',
      'rdp broken',
      '',
    ])
      expect([text, readSymptoms(text).floor]).toEqual([text, 'none'])
  })

  test('is lower on the way through Bastion, where the browser shows black for many reasons', () => {
    expect(readSymptoms('black screen after login').floor).toBe('logon')
    expect(readSymptoms('bastion: only a black screen').floor).toBe('none')
  })

  test('follows the message that a name of FreeRDP stands for', () => {
    const symptoms = readSymptoms('[ERROR] ERRCONNECT_LOGON_FAILURE [0x00020014]')
    expect(symptoms.errors.map(each => each.id).slice(0, 2)).toEqual(['E-FREERDP', 'E-CREDS'])
    expect(symptoms).toMatchObject({ floor: 'tls', failedAt: 'auth', client: 'freerdp' })
  })

  test('of a role instance with an expired account is not that of a VM', () => {
    expect(
      best('An authentication error has occurred. The Local Security Authority cannot be contacted'),
    ).toBe('E-LSA')
    expect(
      best(
        'rdp to web role Web_IN_0 (shop.cloudapp.net): An authentication error has occurred. The Local Security Authority cannot be contacted',
      ),
    ).toBe('E-CS-LSA')
  })
})
