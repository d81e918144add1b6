import { describe, expect, test } from '@jest/globals'
import { readSymptoms } from '../../../../core/triage/symptoms/read.ts'

describe('the way', () => {
  test.each([
    ['Bastion to vm-app-01 fails', 'bastion'],
    ['az network bastion rdp to vm-app-01 fails', 'bastion_native'],
    ['we have no bastion, plain rdp', undefined],
    ['The Remote Desktop Gateway server is temporarily unavailable', 'rd_gateway'],
    ['rdp to the worker role', 'cloud_service'],
    ['vm1.westeurope.cloudapp.azure.com times out', undefined],
    ['mstsc times out', undefined],
  ])('%s', (text, path) => {
    expect(readSymptoms(text).path).toBe(path)
  })

  test.each([
    ['over the office VPN I always rdp', 'on'],
    ['VPN is connected', 'on'],
    ['from home without VPN', 'off'],
    ['not on vpn', 'off'],
    ['is a vpn needed?', 'mentioned'],
    ['ohne VPN geht es nicht', 'off'],
    ['nothing of the kind', undefined],
  ])('VPN: %s', (text, vpn) => {
    expect(readSymptoms(text).vpn).toBe(vpn)
  })

  test.each([
    ['0x207 on my macbook', 'windows_app_mac'],
    ['from my iPad', 'ios'],
    ['from my phone', 'android'],
    ['on my phone hotspot', undefined],
    ['RDCMan 3.21 shows black', 'rdcman'],
    ['mRemoteNG says', 'connection_manager'],
    ['the new Windows App', 'windows_app_windows'],
    ['mstsc /v:x', 'mstsc'],
  ])('program: %s', (text, client) => {
    expect(readSymptoms(text).client).toBe(client)
  })
})

describe('history', () => {
  test.each([
    ['worked yesterday', 'yesterday'],
    ['gestern ging es noch', 'yesterday'],
    ['ça marchait hier encore', 'yesterday'],
    ['ayer funcionaba', 'yesterday'],
    ['昨天还可以', 'yesterday'],
    ['昨日までは使えた', 'yesterday'],
    ['was connected the whole morning', 'today'],
    ['just created the vm', 'never'],
    ['it never worked', 'never'],
    ['used to work', 'before'],
    ['it fails', undefined],
  ])('%s', (text, worked) => {
    expect(readSymptoms(text).history.worked).toBe(worked)
  })

  test.each([
    ['since the update it fails', 'update'],
    ['restarted it after patching', 'restart'],
    ['nach dem Neustart geht nichts mehr', 'restart'],
    ['we changed the rdp port', 'rdp_port'],
    ['I set a fixed IP in windows', 'fixed_address'],
    ['ran the CIS script on it', 'hardening'],
    ['no response since driver install', 'driver'],
    ['since the network team added the route table', 'route'],
    ['forgot the admin password', 'password'],
    ['after key vault change', 'key_vault'],
    ['turned vm-tst-8 on a minute ago', 'started'],
    ['terraform ran again', 'rules'],
  ] as const)('%s', (text, change) => {
    expect(readSymptoms(text).history.after).toContain(change)
  })
})

describe('who and where', () => {
  test.each([
    ['nobody gets in', 'everyone'],
    ['none of us can connect', 'everyone'],
    ['keiner kommt drauf', 'everyone'],
    ['所有人都连不上', 'everyone'],
    ['my colleague can get in', 'only_me'],
    ['works for others', 'only_me'],
    ['bei den anderen geht es', 'only_me'],
    ['mon collègue peut se connecter', 'only_me'],
    ['同事可以', 'only_me'],
    ['kollege kommt auch nicht rein', 'everyone'],
    ["my colleague can't connect either", 'everyone'],
    ['I cannot get in', undefined],
  ])('%s', (text, scope) => {
    expect(readSymptoms(text).scope).toBe(scope)
  })

  test('places are told apart by what happens there', () => {
    expect(readSymptoms('works in the office but from home it times out').places).toEqual({
      works: ['office'],
      fails: ['home'],
    })
    expect(
      readSymptoms('whole team at the client site cannot reach it, on my phone hotspot it works instantly')
        .places,
    ).toEqual({
      works: ['hotspot'],
      fails: ['office'],
    })
    expect(readSymptoms("still can't connect. I'm on the train.").places).toEqual({
      works: [],
      fails: ['travel'],
    })
  })

  test.each([
    ['jit approved and still 0x204', 'approved'],
    ['my access window ran until 8:30', 'ended'],
    ['does JIT matter here?', 'mentioned'],
    ['rdp fails', undefined],
  ])('just-in-time access: %s', (text, jit) => {
    expect(readSymptoms(text).jit).toBe(jit)
  })

  test.each([
    ['works again, thanks', 'works_now'],
    ['nevermind, false alarm', 'works_now'],
    ['geht jetzt wieder', 'works_now'],
    ['ya funciona', 'works_now'],
    ['现在可以了', 'works_now'],
    ['still does not work now', undefined],
    ['is vm-wiki-1 ok? someone said rdp is broken', 'nothing_wrong'],
    ['rdp is broken', undefined],
  ])('how it is now: %s', (text, says) => {
    expect(readSymptoms(text).says).toBe(says)
  })
})
