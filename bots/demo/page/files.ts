/**
 * What the page is made of: our own browser modules, stripped of their types as they are served, and a few libraries.
 *
 * A request names an entry of a fixed list and never a path, so nothing else on the disk can be reached.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'

export type ServedFile = { type: string; text: string }

const javascript = 'text/javascript; charset=utf-8'
const require = createRequire(import.meta.url)
const folderOf = (specifier: string) => dirname(require.resolve(specifier))
const browserFolder = dirname(require.resolve('./browser/main.ts'))

/** In the order in which the page loads them. */
export const styleSheets = [
  'style.css',
  'fields.css',
  'messages.css',
  'slack.css',
  'azure.css',
  'tour.css',
  'narrow.css',
]

/** The names that the page imports from the Adaptive Cards library. */
const adaptiveCardsExports = [
  'AdaptiveCard',
  'Choice',
  'ChoiceSetInput',
  'ExecuteAction',
  'HostConfig',
  'OpenUrlAction',
  'SubmitActionBase',
]

/** What a browser module may import by name, the address it is served under, and where it comes from. */
const libraries: Readonly<Record<string, { name: string; read: () => string }>> = {
  preact: { name: 'preact.js', read: () => read(require.resolve('preact')) },
  'preact/hooks': { name: 'preact-hooks.js', read: () => read(require.resolve('preact/hooks')) },
  htm: { name: 'htm.js', read: () => read(join(folderOf('htm'), 'htm.mjs')) },
  'htm/preact': { name: 'htm-preact.js', read: () => read(join(folderOf('htm/preact'), 'index.mjs')) },
  'markdown-it': {
    name: 'markdown-it.js',
    read: () => read(join(folderOf('markdown-it/browser'), 'markdown-it.esm.min.mjs')),
  },
  adaptivecards: {
    name: 'adaptivecards.js',
    read: () =>
      asModule(read(require.resolve('adaptivecards/dist/adaptivecards.min.js')), adaptiveCardsExports),
  },
}

const read = (path: string): string => readFileSync(path, 'utf8')

/** Adaptive Cards ships no module that a browser can load: its CommonJS form gets the two variables it asks for. */
const asModule = (source: string, names: readonly string[]): string =>
  `const module = { exports: {} }\nconst exports = module.exports\n${source}\nexport const { ${names.join(', ')} } = module.exports\n`

/** The import map that goes into the page. */
export const importMap = JSON.stringify({
  imports: Object.fromEntries(
    Object.entries(libraries).map(([specifier, { name }]) => [specifier, `/page/lib/${name}`]),
  ),
})

/** Everything below `/page/`, by the rest of its address. Each file is read and stripped when it is first asked for. */
export function pageFiles(): ReadonlyMap<string, () => ServedFile> {
  const files = new Map<string, () => ServedFile>()
  for (const name of styleSheets) {
    files.set(
      name,
      remembered(() => ({ type: 'text/css; charset=utf-8', text: read(join(import.meta.dirname, name)) })),
    )
  }
  for (const name of readdirSync(browserFolder).filter(name => name.endsWith('.ts'))) {
    files.set(
      name,
      remembered(() => ({ type: javascript, text: stripTypeScriptTypes(read(join(browserFolder, name))) })),
    )
  }
  for (const library of Object.values(libraries)) {
    files.set(
      `lib/${library.name}`,
      remembered(() => ({ type: javascript, text: library.read() })),
    )
  }
  return files
}

function remembered<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
