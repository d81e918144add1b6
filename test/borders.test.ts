/** Holds every file to the borders between the folders. `support/borders.ts` has the rules; planted breaches below prove that they bite. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { breachesIn, isProduct, runsWith } from './support/borders.ts'
import { type Outside, outsideOf } from './support/imports.ts'

const TOP = join(import.meta.dirname, '..')
const FOLDERS = ['core', 'adapters', 'bots', 'test']

const everyFile: readonly string[] = FOLDERS.flatMap(folder =>
  readdirSync(join(TOP, folder), { recursive: true, encoding: 'utf8' }).map(name =>
    posix.join(folder, name.replaceAll('\\', '/')),
  ),
).filter(file => !file.includes('/node_modules/'))
const outsides: ReadonlyMap<string, Outside> = new Map(
  everyFile.filter(file => file.endsWith('.ts')).map(file => [file, read(file)]),
)

function read(file: string): Outside {
  try {
    return outsideOf(readFileSync(join(TOP, file), 'utf8'))
  } catch (cause) {
    throw new Error(`${file} cannot be read as TypeScript: ${cause}`, { cause })
  }
}

describe('the files of the project', () => {
  test('are looked at: there are more than 20, some in each folder', () => {
    expect(outsides.size).toBeGreaterThan(20)
    for (const folder of FOLDERS)
      expect([...outsides.keys()].some(file => file.startsWith(`${folder}/`))).toBe(true)
  })

  test('keep the borders', () => {
    const breaches = [...outsides].flatMap(([file, outside]) => breachesIn(file, outside))
    expect(breaches.map(({ text }) => text)).toEqual([])
  })

  test('import files that are there', () => {
    const missing = [...outsides].flatMap(([file, outside]) =>
      runsWith(file, outside)
        .filter(target => /\.ts$/.test(target) && !outsides.has(target))
        .map(target => `${file} imports ${target}`),
    )
    expect(missing).toEqual([])
  })

  test('are all TypeScript outside test, so that none escapes this look', () => {
    const others = everyFile.filter(
      file => /\.(?:[cm]?js|[cm]ts|[jt]sx)$/.test(file) && !file.startsWith('test/'),
    )
    expect(others).toEqual([])
  })

  test('of the simulated world run without any adapter, by whatever way round', () => {
    const world = [...outsides.keys()].filter(file => file.startsWith('bots/demo/') && !isProduct(file))
    expect(world.length).toBeGreaterThan(5)
    expect(reachedFrom(world).filter(file => file.startsWith('adapters/'))).toEqual([])
  })

  test('of the product run without the demo and the tests', () => {
    const product = [...outsides.keys()].filter(
      file => !/^(?:test|bots\/demo|bots\/triage)\//.test(file) && file !== 'bots/main.ts',
    )
    expect(reachedFrom(product).filter(file => /^(?:test|bots\/demo)\//.test(file))).toEqual([])
  })
})

const NOTHING: Outside = { imports: [], freeNames: [] }

/** Every file that runs in one process with these. What they start as another process or as the product is not followed. */
function reachedFrom(starts: readonly string[]): readonly string[] {
  const reached = new Set(starts)
  for (const file of reached)
    for (const target of runsWith(file, outsides.get(file) ?? NOTHING))
      if (!isProduct(target)) reached.add(target)
  return [...reached]
}

type Planted = readonly [file: string, source: string, rule: string | RegExp]

const CORE = /^core may import only core and node:assert, not /
const planted: readonly Planted[] = [
  // core imports
  ['core/a.ts', "import { z } from 'zod'", CORE],
  ['core/a.ts', "import type { z } from 'zod'", CORE],
  [
    'core/a.ts',
    "import '@scope/package/deep'",
    'core may import only core and node:assert, not the package @scope/package',
  ],
  ['core/a.ts', "import { readFileSync } from 'node:fs'", CORE],
  ['core/a.ts', "import fs from 'fs'", CORE],
  ['core/a.ts', "import assert from 'assert'", CORE],
  ['core/a.ts', "export * from '../adapters/slack/adapter.ts'", CORE],
  ['core/a.ts', "export { x } from '../bots/config.ts'", CORE],
  ['core/a.ts', "export type { x } from '../test/support/cast.ts'", CORE],
  ['core/access/a.ts', "import '../../package.json'", CORE],
  ['core/a.ts', "const x = await import('node:crypto')", CORE],
  ['core/a.ts', 'const x = await import(`node:crypto`)', CORE],
  ['core/a.ts', "type X = import('zod').ZodType", CORE],
  ['core/a.ts', "type X = typeof import('node:fs')", CORE],
  ['core/a.ts', "import x = require('node:fs')", CORE],
  ['core/a.ts', "declare module 'zod' {}", CORE],
  ['core/a.ts', '/// <reference types="node" />', CORE],
  // adapters
  [
    'adapters/slack/a.ts',
    "import { parse } from '../../core/command/grammar.ts'",
    /not core's inner file core\/command\/grammar\.ts$/,
  ],
  ['adapters/slack/a.ts', "import type { X } from '../../core/ports.ts'", /not core's inner file/],
  [
    'adapters/slack/a.ts',
    "import { x } from '../teams/draw.ts'",
    /another adapter's adapters\/teams\/draw\.ts$/,
  ],
  ['adapters/slack/a.ts', "export * from '../slack-extra/draw.ts'", /another adapter's/],
  [
    'adapters/slack/a.ts',
    "import { x } from '../../bots/config.ts'",
    /^an adapter may import only .* not bots\/config\.ts$/,
  ],
  ['adapters/slack/a.ts', "import { x } from '../../test/support/cast.ts'", /^an adapter may import only/],
  [
    'adapters/slack/a.ts',
    "import x from '../../package.json' with { type: 'json' }",
    /^an adapter may import only/,
  ],
  ['adapters/store/a.ts', "new Worker(new URL('../slack/a.ts', import.meta.url))", /another adapter's/],
  // bots
  ['bots/product.ts', "import { x } from './demo/world.ts'", /^the product may not import the demo's/],
  ['bots/product.ts', "await import('./demo/main.ts')", /^the product may not import the demo's/],
  ['bots/main.ts', "import { startDemo } from './demo/main.ts'", /^the product may not import the demo's/],
  ['bots/main.ts', "import type { X } from './demo/main.ts'", /^the product may not import the demo's/],
  ['bots/main.ts', "await import('./demo/world.ts')", /^the product may not import the demo's/],
  ['bots/cli.ts', "import { x } from '../test/support/cast.ts'", /^a bot may import only/],
  ['bots/cli.ts', "import { x } from '../manifest/x.ts'", /^a bot may import only/],
  // demo
  [
    'bots/demo/world.ts',
    "import { x } from '../../adapters/slack/read.ts'",
    /^the simulated world may not import the adapter/,
  ],
  [
    'bots/demo/slack/sim.ts',
    "import type { x } from '../../../adapters/slack/read.ts'",
    /^the simulated world may not/,
  ],
  [
    'bots/demo/products.ts',
    "import { x } from '../../adapters/slack/read.ts'",
    /^the simulated world may not/,
  ],
  [
    'bots/demo/product/main.ts',
    "import { x } from '../../../test/support/cast.ts'",
    /^the demo may import only/,
  ],
  // names that cannot be checked
  ['test/a.ts', 'await import(name)', /^a computed module name/],
  ['bots/cli.ts', "await import('./demo/' + name)", /^a computed module name/],
  ['bots/cli.ts', `await import(\`./demo/\${name}.ts\`)`, /^a computed module name/],
  ['bots/cli.ts', 'require(name)', /^a computed module name/],
  ['bots/cli.ts', 'fork(new URL(name, import.meta.url))', /^a computed module name/],
  ['adapters/web/a.ts', "import '/etc/x.ts'", /is none of/],
  ['adapters/web/a.ts', "import 'file:///x.ts'", /is none of/],
  ['adapters/web/a.ts', "import 'data:text/javascript,1'", /is none of/],
  ['adapters/web/a.ts', "import '#core'", /is none of/],
  ['adapters/web/a.ts', "import '../%73lack/a.ts'", /is none of/],
  ['adapters/web/a.ts', "import './a.ts?x=../slack/a.ts'", /is none of/],
  ['adapters/web/a.ts', "import '../../../elsewhere/a.ts'", /leads out of the project/],
  ['adapters/web/a.ts', "import 'latchkey/core/ports.ts'", /does not import itself by name/],
  ['tools/a.ts', "import './b.ts'", /^code lives in core, adapters, bots or test/],
  // globals in core
  ...[
    ...[
      'process.env',
      'Date.now()',
      'new Date()',
      'setTimeout(f, 1)',
      'setInterval(f, 1)',
      'setImmediate(f)',
    ],
    ...['queueMicrotask(f)', "fetch('x')", 'crypto.randomUUID()', "Buffer.from('')", "console.log('')"],
    ...[
      'globalThis.x',
      'performance.now()',
      'clearTimeout(1)',
      'typeof process',
      'f({ Date })',
      'import.meta.url',
    ],
    ...[
      'process = f',
      'const { now } = Date',
      `f\`\${Date}\``,
      'class A extends Date {}',
      'const g = (x = Date.now()) => x',
    ],
    ...[
      '{ const Date = 1 }\nDate.now()',
      'declare const process: { env: string }\nprocess.env',
      'f(process as never)',
    ],
  ].map(
    (source): Planted => [
      'core/a.ts',
      `const f = () => {}\n${source}`,
      /^core may not touch the global [\w.]+$/,
    ],
  ),
  ['core/a.ts', 'Math.random()', 'core may not touch Math.random'],
  ['core/a.ts', "Math['random']()", 'core may not touch Math.random'],
  ['core/a.ts', 'Math?.random()', 'core may not touch Math.random'],
  ['core/a.ts', 'const { random } = Math', /^core may use Math only as Math\.name/],
  ['core/a.ts', 'Math[name]()', /^core may use/],
  ['core/a.ts', 'new Intl.DateTimeFormat()', 'core may not touch Intl.DateTimeFormat'],
  ['core/a.ts', 'new TextEncoder()', 'core may use only the language itself, not the global TextEncoder'],
  ['core/a.ts', "eval('1')", 'core may use only the language itself, not the global eval'],
  [
    'core/a.ts',
    "new Function('return this')",
    'core may use only the language itself, not the global Function',
  ],
  ['core/a.ts', 'new URL(text)', /not the global URL$/],
  ['core/a.ts', "require('node:fs')", CORE],
  ['core/a.ts', 'type X = { bytes: Buffer }', 'core may not touch the global Buffer, not even as a type'],
  ['core/a.ts', 'let x: NodeJS.Timeout', 'core may not touch the global NodeJS, not even as a type'],
  ['core/a.ts', 'type X = typeof globalThis', /not even as a type$/],
  ['core/a.ts', 'type X = typeof process.env', /not even as a type$/],
  ['core/a.ts', 'interface X extends Buffer {}', /not even as a type$/],
  ['core/a.ts', 'declare global { const now: number }', /not even as a type$/],
]

describe('a planted breach is found', () => {
  test.each(planted)('%s: %j', (file, source, rule) => {
    const rules = breachesIn(file, outsideOf(source)).map(breach => breach.rule)
    expect(rules).toContainEqual(typeof rule === 'string' ? rule : expect.stringMatching(rule))
  })

  test('with its file, its line and the rule in words', () => {
    const source =
      "/** A header. */\nimport assert from 'node:assert/strict'\n\nimport { z } from 'zod'\nassert(z)\nDate.now()\n"
    expect(breachesIn('core/access/a.ts', outsideOf(source)).map(({ text }) => text)).toEqual([
      'core/access/a.ts:4: core may import only core and node:assert, not the package zod',
      'core/access/a.ts:6: core may not touch the global Date',
    ])
  })

  test('and text that is no TypeScript is an error, not a file without breaches', () => {
    expect(() => outsideOf('import {')).toThrow(SyntaxError)
  })
})

describe('what is allowed is let through', () => {
  test.each([
    ['core/access/a.ts', "import assert from 'node:assert/strict'\nimport { ok } from 'node:assert'"],
    [
      'core/access/a.ts',
      "import type { X } from '../ports.ts'\nexport * from './b.ts'\nawait import('../ids.ts')",
    ],
    ['core/a.ts', 'const at = (x: Date, y: Readonly<Date>): Date => x'],
    ['core/a.ts', 'const f = (process: { env: string }, Date: () => number) => Date() + process.env'],
    [
      'core/a.ts',
      'type X = { fetch(url: string): void; console: string; now: (performance: number) => void }',
    ],
    ['core/a.ts', 'const x = { process: 1, fetch() {} }\nx.process\nx.fetch()'],
    ['core/a.ts', "import { setTimeout } from './timers.ts'\nsetTimeout()"],
    ['core/a.ts', 'type Buffer = Uint8Array\nconst x: Buffer = new Uint8Array(1)'],
    ['core/a.ts', 'declare const brand: unique symbol\ntype Id = string & { readonly [brand]: 1 }'],
    [
      'core/a.ts',
      "Math.max(1, 2)\nMath['floor'](1)\nnew Intl.PluralRules('en')\nfor (const x of [1n]) BigInt(x)",
    ],
    ['core/a.ts', 'function f() { return arguments.length }\nlabel: for (;;) break label'],
    [
      'core/a.ts',
      '/** See `import("zod")`, Date.now() and process. */\nconst text = "import x from \'zod\'"',
    ],
    ['adapters/slack/a.ts', "import { Fault } from '../../core/index.ts'\nimport { b } from './inner/b.ts'"],
    [
      'adapters/slack/inner/a.ts',
      "import { b } from '../b.ts'\nimport { X } from '@slack/bolt'\nimport 'node:fs'\nDate.now()",
    ],
    [
      'adapters/web/a.ts',
      "readFileSync(new URL('./style.css', import.meta.url))\nnew URL(text, import.meta.env)\nnew URL(text)",
    ],
    ['adapters/store/a.ts', "fork(new URL('./child.ts', import.meta.url))"],
    ['bots/main.ts', "const { startDemo } = await import('./demo/main.ts')"],
    [
      'bots/product.ts',
      "import '../core/handler.ts'\nimport '../adapters/slack/adapter.ts'\nimport './config.ts'\nimport 'pino'",
    ],
    ['bots/demo/product.ts', "import '../../adapters/slack/adapter.ts'"],
    ['bots/demo/product/main.ts', "import '../../../adapters/slack/adapter.ts'\nimport '../../product.ts'"],
    [
      'bots/demo/world.ts',
      "import './azure/sim.ts'\nimport '../stop.ts'\nimport '../../core/index.ts'\nimport 'zod'",
    ],
    [
      'test/a.test.ts',
      "import '../adapters/slack/read.ts'\nimport '../bots/demo/world.ts'\nimport '../core/access/decide.ts'",
    ],
  ])('%s: %j', (file, source) => {
    expect(breachesIn(file, outsideOf(source)).map(({ text }) => text)).toEqual([])
  })
})
