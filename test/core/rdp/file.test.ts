import { describe, expect, test } from '@jest/globals'
import { type RdpTarget, rdpFile } from '../../../core/rdp/file.ts'
import { good, made, NAMES, SETTINGS } from './strict-reader.ts'

const isProblem = (target: RdpTarget) => 'problem' in rdpFile(target)

describe('the file', () => {
  test('holds exactly these settings in this order', () => {
    expect(made({ ...good, port: 50001, account: 'vm01\\alice' }).lines).toEqual(SETTINGS)
  })

  test('leaves the account out when there is none', () => {
    const names = made(good).lines.map(line => line.split(':')[0])
    expect(names).toEqual(NAMES.filter(name => name !== 'username'))
  })

  test('begins with the bytes that mstsc writes', () => {
    const file = rdpFile(good)
    expect('bytes' in file && [...file.bytes.slice(0, 6)]).toEqual([0xff, 0xfe, 0x66, 0, 0x75, 0])
  })

  test('keeps letters from every script in the account', () => {
    expect(made({ ...good, account: 'CONTOSO\\Zoë.Ōta' }).lines).toContain('username:s:CONTOSO\\Zoë.Ōta')
  })

  test('never has a password, and every redirection is off', () => {
    const { lines } = made({ ...good, account: '.\\alice' })
    expect(lines.filter(line => /password/i.test(line))).toEqual([])
    const redirections = lines.filter(line => /redirect|audiocapture/.test(line))
    expect(redirections.length).toBeGreaterThan(10)
    for (const line of redirections) expect(line).toMatch(/:i:0$|:s:$/)
  })
})

describe('a host', () => {
  test.each([
    ...[
      'vm01',
      'vm_01',
      'vm01.westeurope.cloudapp.azure.com',
      'xn--bcher-kva.example',
      '203.0.113.7',
      '10.0.0.4',
    ],
    ...['0.0.0.0', '1.example', 'a'.repeat(63), `${'a'.repeat(63)}.`.repeat(3).concat('b'.repeat(61))],
  ])('%j is accepted, and stands in both addresses', host => {
    const { lines } = made({ ...good, host })
    expect(lines.slice(0, 2)).toEqual([
      `full address:s:${host}:3389`,
      `alternate full address:s:${host}:3389`,
    ])
  })

  test.each(['2001:db8::1', '[2001:db8::1]', '::1', '::ffff:203.0.113.7', '[::1]:3389'])(
    '%j is refused, and a DNS name is asked for',
    host => {
      const file = rdpFile({ ...good, host })
      expect('problem' in file && file.problem).toMatch(/IPv6.*DNS name/)
    },
  )

  test.each([
    ...[
      '',
      ' ',
      'vm 01',
      'vm01:3389',
      'vm01.',
      '.vm01',
      'a..b',
      '-vm01',
      'vm01-',
      'vm/01',
      '/v:evil',
      'vm01\\x',
    ],
    ...[
      '1.2.3',
      '1.2.3.4.5',
      '256.1.1.1',
      '01.2.3.4',
      '16909060',
      '0x7f000001',
      'vm.0x7f',
      'vm.1',
      'fe80::1%eth0',
    ],
    ...[
      'vm01\r\n/v:evil',
      'vm01\n',
      '\nvm01',
      'vm\0',
      'vm\u202e01',
      '\ufeffvm01',
      'vm01\ud800',
      'vm01\u2028',
      'bücher',
      'ｖｍ',
    ],
    ...[
      'a'.repeat(64),
      `${'a'.repeat(63)}.`.repeat(4).slice(0, -1),
      'user@vm01',
      'vm01,x',
      'vm01;x',
      'vm01"',
      '%COMPUTERNAME%',
    ],
  ])('%j is refused', host => {
    expect(isProblem({ ...good, host })).toBe(true)
  })
})

test.each([0, -1, 65_536, 3389.5, Number.NaN, Number.POSITIVE_INFINITY])('port %d is refused', port => {
  expect(isProblem({ ...good, port })).toBe(true)
})

describe('an account', () => {
  test.each([
    ...[
      'alice',
      'vm01\\alice',
      'CONTOSO\\alice',
      'contoso.example\\alice',
      '.\\alice',
      'alice@contoso.example',
    ],
    ...[
      'AzureAD\\alice@contoso.example',
      'Alice Adams',
      "o'neil",
      'gus_fabrikam.example#EXT#@contoso.example',
      'a',
    ],
  ])('%j is accepted', account => {
    expect(made({ ...good, account }).lines).toContain(`username:s:${account}`)
  })

  test.each([
    ...[
      '',
      ' ',
      ' alice',
      'alice ',
      'alice.',
      '...',
      '--',
      '\\alice',
      'vm01\\',
      'a\\b\\c',
      'a@b@c',
      '@b',
      'a@',
      'a@.',
    ],
    ...[
      'alice:x',
      '/v:evil',
      'alice/x',
      'a"b',
      'a[b',
      'a;b',
      'a|b',
      'a=b',
      'a,b',
      'a+b',
      'a*b',
      'a?b',
      'a<b>',
      '%USERNAME%',
    ],
    ...[
      'alice\r\n/v:evil',
      'alice\r',
      '\nalice',
      'alice\0',
      'al\u0085ice',
      'al\u2028ice',
      'al\u202eice',
      'al\u2066ice',
    ],
    ...[
      '\ufeffalice',
      'al\u200bice',
      'al\u200dice',
      'al\u00adice',
      'al\u3164ice',
      'alice\ud800',
      '\udc00alice',
      '🙂',
    ],
    ...[
      'x'.repeat(105),
      `${'d'.repeat(65)}\\alice`,
      'vm 01\\alice',
      '..\\alice',
      'alice@contoso_.',
      'alice\t',
    ],
  ])('%j is refused', account => {
    expect(isProblem({ ...good, account })).toBe(true)
  })
})

describe('a problem', () => {
  test('is one sentence or two for people, and repeats nothing of what was wrong', () => {
    const hostile = 'evil\r\n/v:evil'
    for (const target of [
      { ...good, host: hostile },
      { ...good, account: hostile },
      { ...good, port: 66_666 },
    ]) {
      const file = rdpFile(target)
      expect('problem' in file && file.problem).toMatch(/^[A-Z][A-Za-z0-9 .-]+\.$/)
      expect('problem' in file && file.problem).not.toMatch(/evil|66666/)
    }
  })
})

describe('the name of the file', () => {
  test.each([
    ['vm01', 'vm01.rdp'],
    ['VM_Prod-01.eu', 'VM_Prod-01.eu.rdp'],
    ['vm01.rdp', 'vm01.rdp'],
    ['vm01.RDP', 'vm01.rdp'],
    ['Zoë’s VM', 'Zoe-s-VM.rdp'],
    ['../../etc/passwd', 'etc-passwd.rdp'],
    ['C:\\x', 'C-x.rdp'],
    ['-rf', 'rf.rdp'],
    ['.hidden', 'hidden.rdp'],
    ['vm\u202egnp.exe', 'vm-gnp.exe.rdp'],
    ['a"b\r\nX: y', 'a-b-X-y.rdp'],
    ['', 'vm.rdp'],
    ['...', 'vm.rdp'],
    ['.rdp', 'vm.rdp'],
    ['机器', 'vm.rdp'],
    ['CON', 'vm-CON.rdp'],
    ['com1.rdp', 'vm-com1.rdp'],
    ['lpt9.txt', 'vm-lpt9.txt.rdp'],
    ['COM¹', 'vm-COM1.rdp'],
    ['console', 'console.rdp'],
    ['x'.repeat(200), `${'x'.repeat(60)}.rdp`],
    [`nul.${'x'.repeat(200)}`, `vm-nul.${'x'.repeat(53)}.rdp`],
  ])('%j becomes %j', (label, name) => {
    expect(made({ ...good, label }).name).toBe(name)
  })
})
