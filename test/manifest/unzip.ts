/**
 * Reads a ZIP archive back, from its end as other programs do: directory first, then each file where the directory says. Knows stored
 * files only, and holds everything that is said twice against each other.
 */
import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'

export function unzip(bytes: Uint8Array): ReadonlyMap<string, Buffer> {
  const zip = Buffer.from(bytes)
  const end = zip.length - 22
  assert.equal(zip.readUInt32LE(end), 0x06054b50, 'the end is where an archive without a comment has it')
  const count = zip.readUInt16LE(end + 10)
  const files = new Map<string, Buffer>()
  let at = zip.readUInt32LE(end + 16)
  assert.equal(at + zip.readUInt32LE(end + 12), end, 'the directory reaches up to the end')
  for (let entry = 0; entry < count; entry++) {
    assert.equal(zip.readUInt32LE(at), 0x02014b50)
    const name = zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28))
    const local = zip.readUInt32LE(at + 42)
    assert.equal(zip.readUInt32LE(local), 0x04034b50)
    // Version, flags, method, time, date, checksum, sizes and length of the name.
    assert.ok(zip.subarray(at + 6, at + 30).equals(zip.subarray(local + 4, local + 28)))
    assert.equal(zip.readUInt16LE(local + 8), 0, 'stored')
    const size = zip.readUInt32LE(local + 22)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    assert.equal(zip.toString('utf8', local + 30, start), name)
    const data = zip.subarray(start, start + size)
    assert.equal(crc32(data), zip.readUInt32LE(local + 14), `the checksum of ${name}`)
    files.set(name, data)
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  assert.equal(at, end)
  return files
}
