import { describe, expect, test } from '@jest/globals'
import { readSymptoms } from '../../../../core/triage/symptoms/read.ts'

const machines = (text: string) => readSymptoms(text).named.machines.map(each => each.name)

describe('names of machines', () => {
  test.each([
    ["can't rdp to vm-app-01 since this morning", 'vm-app-01'],
    ['SQLPROD02 is down again??', 'SQLPROD02'],
    ['jumpbox is not letting me in', 'jumpbox'],
    ['I cannot connect to contosodc', 'contosodc'],
    ['my vm called zebra does not answer', 'zebra'],
    ['the server "bluebird" times out', 'bluebird'],
    ['please look at `hr_term_3`', 'hr_term_3'],
    ['does anybody know why Jumphost is slow', 'Jumphost'],
    ['server01 is dead', 'server01'],
    ['无法连接vm-app-01，一直转圈', 'vm-app-01'],
    ['サーバーvm-app-01に接続できません', 'vm-app-01'],
    ['komme nicht auf den Server fileserv01', 'fileserv01'],
    ['impossible de se connecter au serveur compta-2 depuis hier', 'compta-2'],
    ['An error has occurred.\nRemote computer: OLDBOX', 'OLDBOX'],
    ['/subscriptions/x/resourceGroups/rg-app/providers/Microsoft.Compute/virtualMachines/web7', 'web7'],
    ['ran the CIS script on vm-cis-1 with rule Allow-3389 in nsg-app-1 and now rdp times out', 'vm-cis-1'],
  ])('%s', (text, name) => {
    expect(machines(text)[0]).toBe(name)
  })

  test.each([
    'rdp is not working after the update, please help me quickly',
    'I cannot connect to the server from home, it worked yesterday',
    'Remote Desktop times out with error 0x204 on Windows 11 and Server 2019, KB5034441 is installed',
    'es geht seit gestern nicht mehr, ich komme nicht auf den Server',
    'impossible de se connecter au serveur depuis ce matin',
    'no puedo entrar en la máquina desde casa',
    'An internal error has occurred. Please try again or contact your system administrator.',
    'it happened on 2026-11-20 at 08:51:12 AM, activity {9078ef5c-661c-48f0-b401-1c48db150000}',
    'Test-NetConnection says TcpTestSucceeded False, see C:\\temp\\trace.log or mail it@contoso.com',
    'denied by a rule called Deny-RDP-Global',
  ])('are not made of ordinary words: %s', text => {
    expect(machines(text)).toEqual([])
  })

  test('come back several, best first, where several are named', () => {
    expect(machines('vm-app-01 works but not vm-app-02, and sql3 is slow')).toEqual(
      expect.arrayContaining(['vm-app-01', 'vm-app-02', 'sql3']),
    )
    expect(machines('I was on sql3, then tried to rdp to vm-app-02')[0]).toBe('vm-app-02')
  })

  test('may stand before the user name', () => {
    expect(machines('VM-DC-9\\admin is refused')).toEqual(['VM-DC-9'])
    expect(machines('CONTOSO\\kim is refused')).toEqual([])
  })

  test('leave out what is a user, and role instances have a place of their own', () => {
    const { named } = readSymptoms(
      'user: azadmin01 on vm-app-01; the web role Shop_IN_0 of contososhop fails too',
    )
    expect(named.machines.map(each => each.name)).toEqual(['vm-app-01'])
    expect(named.instances).toEqual(['Shop_IN_0'])
    expect(named.services).toEqual(['contososhop'])
    expect(readSymptoms('rdp to Web_IN_1 at shop.cloudapp.net').named.services).toEqual(['shop'])
  })
})

describe('addresses', () => {
  test('are told apart by what is said of them', () => {
    const { addresses } = readSymptoms('my ip is 203.0.113.25, mstsc to 20.61.48.10:3390 times out').named
    expect(addresses).toEqual([
      { address: '203.0.113.25', role: 'own' },
      { address: '20.61.48.10', port: 3390, role: 'target' },
    ])
  })

  test.each([
    ['mstsc /v:20.61.48.10', ['20.61.48.10']],
    ['[2001:db8::17]:3389 and 2001:db8:0:0:0:0:0:18', ['2001:db8::17', '2001:db8:0:0:0:0:0:18']],
    ['at 08:51:12 version 10.0.20348.2 from range 203.0.113.0/24', []],
    ['999.1.1.1 and 1.2.3 and 01.2.3.4', []],
  ] as const)('%s', (text, addresses) => {
    expect(readSymptoms(text).named.addresses.map(each => each.address)).toEqual(addresses)
  })

  test('of the DNS leave out what everybody uses, and files', () => {
    expect(
      readSymptoms(
        'see https://portal.azure.com/x, vm1.westeurope.cloudapp.azure.com:3390, jump.contoso.com, vm1.rdp, run.ps1',
      ).named.dns,
    ).toEqual(['vm1.westeurope.cloudapp.azure.com', 'jump.contoso.com'])
  })

  test('ports are those that are called so', () => {
    expect(readSymptoms('port 3390 and tcp 13389, 1500 users, 20.1.1.1:443').named.ports.toSorted()).toEqual(
      [13389, 3390, 443].toSorted(),
    )
    expect(readSymptoms('port 99999 and 0x204 in 2026').named.ports).toEqual([])
  })
})

describe('people', () => {
  test.each([
    ['I log in as AzureAD\\kim@contoso.com', 'AzureAD\\kim@contoso.com', 'azuread'],
    ['tried kim@contoso.com.', 'kim@contoso.com', 'upn'],
    ['tried CONTOSO\\kim', 'CONTOSO\\kim', 'backslash'],
    ['tried .\\kim', '.\\kim', 'dot'],
    ['user: azadmin', 'azadmin', 'plain'],
    ['signed in as administrator', 'administrator', 'plain'],
  ])('%s', (text, typed, form) => {
    expect(readSymptoms(text).named.users).toEqual([{ typed, form }])
  })

  test('a path of Windows is not a user', () => {
    expect(readSymptoms('C:\\Users\\kim and HKLM\\System\\CurrentControlSet').named.users).toEqual([])
  })
})

describe('a pasted password', () => {
  test.each([
    'my password is Winter2026!',
    'pwd: hunter2xyz for vm-app-01',
    'the password for azadmin is S3cr3t-Vm-9 please check',
    'Kennwort lautet Sommer#77',
    'mot de passe : Tr0ub4dor',
    'la contraseña es Verano-2026',
    'a senha é Segredo99',
    '密码是 Abc12345',
    'パスワードは Abc12345 です',
  ])('is flagged, and its text is kept nowhere: %s', text => {
    const symptoms = readSymptoms(text)
    expect(symptoms.passwordShown).toBe(true)
    const secret = /Winter2026!|hunter2xyz|S3cr3t|Sommer#77|Tr0ub4dor|Verano|Segredo99|Abc12345/i
    expect(JSON.stringify(symptoms)).not.toMatch(secret)
  })

  test.each([
    'The user name or password is incorrect. Try again.',
    'my password is correct, I am sure',
    'password: ********',
    'Unknown user name or bad password.',
    'mein Passwort ist richtig',
    'where do I get the password for vm-app-01?',
  ])('is not seen where there is none: %s', text => {
    expect(readSymptoms(text).passwordShown).toBe(false)
  })
})
