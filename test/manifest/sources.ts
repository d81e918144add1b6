/**
 * What sources call, read from their syntax: `web.chat.update(…)` is a call of the chain web, chat, update.
 *
 * Good enough for adapters that call their clients by name. A call through a computed name is not seen, which is why the tests that use
 * this also look for ways round it.
 */
import { readdir, readFile } from 'node:fs/promises'
import { parse } from '@babel/parser'
import traverse, { type NodePath } from '@babel/traverse'

export type Call = {
  /** `file:line`, for messages. */
  where: string
  chain: readonly string[]
  path: NodePath
}

const ROOT = new URL('../../', import.meta.url)

/** Paths below the project of the TypeScript files directly in a folder. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(new URL(`${folder}/`, ROOT))
  return names.filter(name => name.endsWith('.ts')).map(name => `${folder}/${name}`)
}

export const sourceOf = (file: string): Promise<string> => readFile(new URL(file, ROOT), 'utf8')

export function callsIn(file: string, source: string): readonly Call[] {
  const calls: Call[] = []
  traverse(parse(source, { sourceType: 'module', plugins: ['typescript'] }), {
    CallExpression(path) {
      const chain = chainOf(path.node.callee)
      const { loc } = path.node
      if (chain.length > 0) calls.push({ where: `${file}:${loc?.start.line ?? 0}`, chain, path })
    },
  })
  return calls
}

export async function callsOf(folder: string): Promise<readonly Call[]> {
  const files = await filesIn(folder)
  const all = await Promise.all(files.map(async file => callsIn(file, await sourceOf(file))))
  return all.flat()
}

/** Any node, as far as these tests look into it. */
// biome-ignore lint/suspicious/noExplicitAny: the nodes of a syntax tree have many shapes
export type Node = any

/** a, b, c of `a.b.c`; what stands in front of a call or an index is left out. */
function chainOf(node: Node): string[] {
  if (node?.type === 'Identifier') return [node.name]
  if (node?.type !== 'MemberExpression' || node.computed) return []
  return [...chainOf(node.object), node.property.name]
}

/** The text of a string, of a template's end (its holes left out), or of the constant that a name stands for. */
export function textOf(path: NodePath, node: Node): string | undefined {
  if (node?.type === 'StringLiteral') return node.value
  if (node?.type === 'TemplateLiteral') return node.quasis.at(-1)?.value.cooked
  if (node?.type !== 'Identifier') return undefined
  const declared = path.scope.getBinding(node.name)?.path.node as Node
  return declared?.type === 'VariableDeclarator' ? textOf(path, declared.init) : undefined
}
