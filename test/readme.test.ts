/** README's promises that a machine can check. */
import { access, readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import { parsePolicy } from '../adapters/policy/adapter.ts'
import { SETTINGS } from '../bots/config.ts'
import { readCommand } from '../core/command/grammar.ts'
import { isRefusal } from '../core/index.ts'

const root = new URL('../', import.meta.url)
const read = (path: string) => readFile(new URL(path, root), 'utf8')

describe('README', () => {
  test('its policy is a policy', async () => {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(await read('README.md')) ?? []
    expect(parsePolicy(yaml, 'README.md')).toMatchObject({ policy: { rules: [{ id: 'production' }] } })
  })
  test('its commands are understood', async () => {
    const typed = [...(await read('README.md')).matchAll(/\/rdp [a-z][^`\n]*/g)].map(([text]) => text)
    expect(typed.length).toBeGreaterThan(1)
    for (const text of typed) expect([text, isRefusal(readCommand(text))]).toEqual([text, false])
  })
  test('it names every setting that the product reads, and no other', async () => {
    const named = (await read('README.md')).match(
      /\b(?:LATCHKEY|SLACK|AZURE)_[A-Z_]+\b|\bDATABASE_URL\b|\bMicrosoftApp[A-Za-z]+/g,
    )
    expect([...new Set(named)].toSorted()).toEqual([...SETTINGS].toSorted())
  })
  test('its files exist', async () => {
    const paths = [
      ...(await read('README.md')).matchAll(/`((?:core|adapters|bots|manifest)\/[^`\s]+)`/g),
    ].map(([, path]) => path)
    expect(paths.length).toBeGreaterThan(8)
    for (const path of paths) {
      await access(new URL(path ?? '', root))
    }
  })
  test('it opens with the picture that the browser tests make', async () => {
    const [, path = ''] =
      /^# Latchkey\n\n.*\n\n!\[[^\]]{20,}\]\(([^)]+)\)\n/.exec(await read('README.md')) ?? []
    expect(path).toBe('test/browser/pictures/demo.png')
    const bytes = await readFile(new URL(path, root))
    expect(bytes.subarray(1, 4).toString()).toBe('PNG')
    expect(await read('test/browser/picture.check.ts')).toContain(path.replace('test/browser/', ''))
  })
  test('its two commands are the ones that CI and a newcomer run', async () => {
    const text = await read('README.md')
    expect(text).toContain('npm ci && npm start')
    expect(text).toContain('npm ci && npm test')
    expect(await read('.ci/run')).toMatch(/npm ci\n[\s\S]*npm test\n/)
  })
})
