import { describe, expect, test } from '@jest/globals'
import { NOW, TOKEN } from './double.ts'
import { startOffice, VM, vmBody, vmId } from './office.ts'

describe('boot diagnostics', () => {
  const SECRET = 'sig=a-signature-that-is-a-secret'
  const LOG = `https://vm01diag.blob.core.windows.net/boot/vm01.serialconsole.log?${SECRET}`
  const PICTURE = `https://md-x.z6.blob.storage.azure.net/boot/vm01.screenshot.bmp?${SECRET}`
  const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3])
  const addresses = { consoleScreenshotBlobUri: PICTURE, serialConsoleLogBlobUri: LOG }
  const RETRIEVE = `${VM}/retrieveBootDiagnosticsData`
  const screens = { read: async (png: Uint8Array) => `a picture of ${png.length} bytes` }

  test('hand out the end of a long log and the picture in words, without the token and without keeping the address', async () => {
    await using azure = await startOffice()
    azure.gives('POST', RETRIEVE, addresses)
    const log = `the beginning\n${'x'.repeat(50 * 1024)}\0\nBugCheck 0x7B`
    azure.on('GET', '/boot/vm01.serialconsole.log', ({ headers }) => {
      const [, last = '0'] = /^bytes=-(\d+)$/.exec(headers.range ?? '') ?? []
      return { status: 206, body: log.slice(-Number(last)) }
    })
    azure.on('GET', '/boot/vm01.screenshot.bmp', () => ({
      status: 200,
      headers: { 'content-type': 'image/png' },
      body: PNG,
    }))
    const reading = await azure.diagnosis({ screens }).boot(vmId())
    expect(reading).toMatchObject({ read: true, value: { at: NOW, screen: 'a picture of 7 bytes' } })
    if (!reading.read) throw new Error(reading.why)
    expect(reading.value.serial).toMatch(/^the beginning\n.*\nBugCheck 0x7B$/s)
    const blobs = azure.asked.filter(({ host }) => host !== 'management.azure.com')
    expect(blobs.map(({ host }) => host).toSorted()).toEqual([
      'md-x.z6.blob.storage.azure.net',
      'vm01diag.blob.core.windows.net',
    ])
    for (const { headers } of blobs) expect(JSON.stringify(headers)).not.toContain(TOKEN)
    expect(azure.asked.find(({ path }) => path.endsWith('retrieveBootDiagnosticsData'))?.query).toMatchObject(
      { sasUriExpirationTimeInMinutes: '5' },
    )
    expect(azure.logText() + JSON.stringify(reading)).not.toContain('sig=')
  })

  test('keep the last 64 kB of a log where storage sends all of it', async () => {
    await using azure = await startOffice()
    azure.gives('POST', RETRIEVE, addresses)
    azure.on('GET', '/boot/vm01.serialconsole.log', () => ({
      status: 200,
      body: `${'y'.repeat(200 * 1024)}the end`,
    }))
    const reading = await azure.diagnosis().boot(vmId())
    if (!reading.read) throw new Error(reading.why)
    expect(reading.value.serial).toHaveLength(64 * 1024)
    expect(reading.value.serial).toMatch(/the end$/)
  })

  test.each([
    ['http://vm01diag.blob.core.windows.net/boot/vm01.serialconsole.log?x'],
    ['https://evil.example/boot/vm01.serialconsole.log?x'],
    ['https://blob.core.windows.net.evil.example/boot/vm01.serialconsole.log?x'],
    ['https://vm01diag.blob.core.windows.net:8443/boot/vm01.serialconsole.log?x'],
    ['no address'],
  ])('are not read from %s', async url => {
    await using azure = await startOffice()
    azure.gives('POST', RETRIEVE, { serialConsoleLogBlobUri: url })
    expect(await azure.diagnosis().boot(vmId())).toEqual({
      read: false,
      why: 'Azure has neither a serial log nor a screenshot of the VM yet.',
    })
    expect(azure.asked.every(({ host }) => host === 'management.azure.com')).toBe(true)
  })

  test('say nothing of a secret when storage refuses, and take one of the two where the other fails', async () => {
    await using azure = await startOffice()
    azure.gives('POST', RETRIEVE, addresses)
    azure.on('GET', '/boot/vm01.serialconsole.log', () => ({ status: 403, body: `<Error>${LOG}</Error>` }))
    azure.on('GET', '/boot/vm01.screenshot.bmp', () => ({ status: 200, body: PNG }))
    expect(await azure.diagnosis({ screens }).boot(vmId())).toMatchObject({
      read: true,
      value: { serial: '', screen: 'a picture of 7 bytes' },
    })
    expect(azure.logText()).toMatch(/blob-unread/)
    expect(azure.logText()).not.toContain('sig=')
  })

  test('show no picture that is neither PNG nor BMP, and survive a reader that fails', async () => {
    await using azure = await startOffice()
    azure.gives('POST', RETRIEVE, addresses)
    azure.on('GET', '/boot/vm01.serialconsole.log', () => ({ status: 200, body: 'log' }))
    azure.on('GET', '/boot/vm01.screenshot.bmp', () => ({ status: 200, body: 'GIF89a, a moving one' }))
    expect(await azure.diagnosis({ screens }).boot(vmId())).toEqual({
      read: true,
      value: { at: NOW, serial: 'log' },
    })
    azure.on('GET', '/boot/vm01.screenshot.bmp', () => ({ status: 200, body: PNG }))
    const broken = { read: async () => Promise.reject(new Error('the reader is ill')) }
    expect(await azure.diagnosis({ screens: broken }).boot(vmId())).toEqual({
      read: true,
      value: { at: NOW, serial: 'log', pictured: true },
    })
  })

  test('tell that there is a picture where nobody reads it, and hand it out byte by byte when it is to be shown', async () => {
    await using azure = await startOffice()
    azure.gives('POST', RETRIEVE, addresses)
    azure.on('GET', '/boot/vm01.serialconsole.log', () => ({ status: 200, body: 'log' }))
    azure.on('GET', '/boot/vm01.screenshot.bmp', () => ({ status: 200, body: 'BM, an old bitmap' }))
    expect(await azure.diagnosis().boot(vmId())).toEqual({
      read: true,
      value: { at: NOW, serial: 'log', pictured: true },
    })
    const picture = await azure.diagnosis().picture(vmId())
    if (!picture.read) throw new Error(picture.why)
    expect(Buffer.from(picture.value).toString('latin1')).toBe('BM, an old bitmap')
    azure.on('GET', '/boot/vm01.screenshot.bmp', () => ({ status: 404, body: '' }))
    expect(await azure.diagnosis().picture(vmId())).toEqual({
      read: false,
      why: 'Azure has no screenshot of the VM that can be shown.',
    })
    expect(azure.logText()).not.toContain('sig=')
  })

  test('are not asked for where they are off, and name the right that is lacking', async () => {
    await using azure = await startOffice()
    azure.denies('POST', RETRIEVE, 'Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action')
    expect(await azure.diagnosis().boot(vmId())).toMatchObject({
      read: false,
      lacks: 'Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action',
    })
    azure.gives('GET', VM, vmBody({ diagnosticsProfile: {} }))
    expect(await azure.diagnosis().boot(vmId())).toEqual({
      read: false,
      why: 'Boot diagnostics are not turned on for the VM.',
    })
  })
})

describe('metrics', () => {
  const METRICS = `${VM}/providers/Microsoft.Insights/metrics`
  const metric = (value: string, data: readonly object[]) => ({ name: { value }, timeseries: [{ data }] })

  test('are averages of ten minutes, and those without a point are left out', async () => {
    await using azure = await startOffice()
    azure.gives('GET', METRICS, {
      value: [
        metric('Percentage CPU', [{ average: 90 }, { average: 100 }, { timeStamp: 'no point yet' }]),
        metric('Available Memory Bytes', []),
        metric('Network In Total', [{ total: 600, average: 10 }, { total: 0 }]),
        { name: { value: 'Something else' } },
      ],
    })
    expect(await azure.diagnosis().metrics(vmId())).toEqual({
      read: true,
      value: { cpuPercent: 95, networkIn: 300 },
    })
    expect(azure.asked[0]?.query).toMatchObject({
      metricnames: 'Percentage CPU,Available Memory Bytes,Network In Total',
      timespan: '2026-11-21T08:50:00.000Z/2026-11-21T09:00:00.000Z',
    })
  })

  test('are read anew in each sample', async () => {
    await using azure = await startOffice()
    azure.gives('GET', METRICS, { value: [] })
    const diagnosis = azure.diagnosis()
    await diagnosis.metrics(vmId())
    await diagnosis.metrics(vmId())
    expect(azure.asked).toHaveLength(2)
  })
})
