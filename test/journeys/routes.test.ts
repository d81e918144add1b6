/** Every way in over real HTTP: through a load balancer, through Bastion, over the VPN, and from one to the next. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readWorldFile } from '../../bots/demo/world-file.ts'
import { CONTOSO, openStory, type Story } from '../support/story.ts'
import { downloads, opensFromPage, readRdp, signsInFromSlack, windowsAre } from './acts.ts'

const HERE = '203.0.113.25'
const BASTION = '10.20.250.0/26'
const VPN = '10.20.128.0/20'
let story: Story
let folder: string

/** The company, with a load balancer, a Bastion host, and VMs without an address of their own. */
const SURROUNDINGS = `
    load_balancers:
      - { name: lb-orders, frontend: 198.51.100.80, nat: [{ front_port: 50011, back_port: 3389, vm: nat01 }] }
    bastions:
      - { name: bas-hub, sku: Standard, prefix: ${BASTION}, native_client: true }
    vms:
      - name: nat01
        rg: rg-orders
        computer_name: ORDERS-NAT01
        tags: { environment: production }
        nic: { private_ip: 10.20.1.20, nsg: nsg-orders }
        jit: { ports: [{ port: 3389, max: PT3H }] }
      - name: bas01
        rg: rg-orders
        computer_name: ORDERS-BAS01
        tags: { environment: production }
        nic: { private_ip: 10.20.1.21, nsg: nsg-orders }
        jit: { ports: [{ port: 3389, max: PT3H }] }
      - name: blocked01
        rg: rg-orders
        computer_name: BLOCKED01
        tags: { environment: production }
        nic: { private_ip: 10.20.1.22, public_ip: 198.51.100.81, nsg: nsg-blocked }
        jit: { ports: [{ port: 3389, max: PT3H }] }
      - name: vpn01
        rg: rg-orders
        computer_name: ORDERS-VPN01
        tags: { environment: vpn }
        nic: { private_ip: 10.20.1.23, nsg: nsg-orders }
        jit: { ports: [{ port: 33890, max: PT3H }] }
`
const BLOCKED = `
    admin_rules:
      - { name: NoRdpFromTheInternet, prio: 10, access: deny, src: ${HERE}/32, dst: 10.20.1.22, dport: 3389 }
    nsgs:
      nsg-blocked: []
`
const RULE = `
  - id: by-vpn
    effect: ask
    verbs: [connect]
    who: { groups: [0a6e2f10-5b1c-4f0e-8a51-6f1f8d3c0001] }
    machines: { tags: { environment: vpn } }
    maxDuration: 2h
    routes: [private-address]
    vpn: ${VPN}
    file: { clipboard: true }
    approvers: [manager]
`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-routes-'))
  const write = async (name: string, text: string) => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  const company = await readFile(CONTOSO, 'utf8')
  const policy = await readFile(CONTOSO.replace('contoso.yaml', 'contoso.policy.yaml'), 'utf8')
  const world = company.replace('\n    vms:\n', () => SURROUNDINGS).replace('\n    nsgs:\n', () => BLOCKED)
  story = await openStory({
    file: await readWorldFile(await write('world.yaml', world)),
    policyFile: await write(
      'policy.yaml',
      policy.replace('\nrules:\n', () => `\nrules:${RULE}`),
    ),
  })
}, 60_000)
afterAll(async () => {
  await story.close()
  await rm(folder, { recursive: true, force: true })
})

test('through a load balancer: the file dials its port, the window is for the VM’s own', async () => {
  const alice = story.inSlack('Alice')
  const bob = story.inTeams('Bob')
  await alice.type('/rdp connect nat01 1h INC-1')
  await signsInFromSlack(alice)
  expect((await bob.sees(/Alice Adams asks for RDP to nat01/)).text).toMatch(/load balancer lb-orders/)
  await bob.presses('Approve', /Alice Adams asks for RDP to nat01/)
  await opensFromPage(alice, 'nat01')
  expect((await alice.sees(/Ready: nat01/)).text).toMatch(/load balancer lb-orders/)
  await windowsAre(story, 'nat01', [HERE])
  const lines = readRdp((await downloads(alice, 'nat01')).bytes)
  expect(lines[0]).toBe('full address:s:198.51.100.80:50011')
  expect(lines).toContain('server port:i:50011')
})

test('through Bastion: no page and no file; the card has the portal’s page and the line for the CLI', async () => {
  const carol = story.inTeams('Carol')
  const sofia = story.inTeams('Sofia')
  await carol.type('rdp connect bas01 1h INC-2')
  await sofia.presses('Approve', /Carol Castillo asks for RDP to bas01/)
  const ready = await carol.sees(/Ready: bas01/)
  expect(ready.text).toMatch(/az network bastion rdp --subscription .*--name "bas-hub"/)
  expect(ready.text).toContain('bas01 in the Azure portal, Connect, Bastion')
  expect(ready.buttons.map(({ label }) => label)).not.toContain('Get bas01.rdp')
  await windowsAre(story, 'bas01', [BASTION])
  await carol.presses('I am done', /Ready: bas01/)
  await carol.sees(/Returned, shut: bas01/)
  await windowsAre(story, 'bas01', [])
})

test('over the VPN: the window is for its range, on the port where Windows listens, with what the policy adds to the file', async () => {
  const dave = story.inTeams('Dave')
  const bob = story.inTeams('Bob')
  await dave.type('rdp connect vpn01 1h')
  await bob.presses('Approve', /Dave Dimitrov asks for RDP to vpn01/)
  expect((await dave.sees(/Ready: vpn01/)).text).toMatch(/Connect your VPN first/)
  await windowsAre(story, 'vpn01', [VPN])
  const lines = readRdp((await downloads(dave, 'vpn01')).bytes)
  expect(lines[0]).toBe('full address:s:10.20.1.23:33890')
  expect(lines).toContain('redirectclipboard:i:1')
  expect(lines).toContain('redirectdrives:i:0')
})

test('a public address that a rule above JIT keeps shut is left for Bastion, under the same approval', async () => {
  const carol = story.inTeams('Carol')
  const sofia = story.inTeams('Sofia')
  await carol.type('rdp connect blocked01 1h INC-3')
  await sofia.presses('Approve', /Carol Castillo asks for RDP to blocked01/)
  await opensFromPage(carol, 'blocked01')
  await carol.sees(/Opening: blocked01.*NoRdpFromTheInternet/)
  story.world.pass(4)
  const ready = await carol.sees(/Ready: blocked01/)
  expect(ready.text).toMatch(/az network bastion rdp.*Tried the VM’s own public address/)
  await windowsAre(story, 'blocked01', [BASTION])
})
