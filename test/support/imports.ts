/**
 * What one TypeScript file takes from outside itself: the modules it names and the global names it touches.
 *
 * Reads syntax only. Counted as naming a module: import and export statements (type-only ones too), `import()`, `import()` in a type,
 * `import x = require()`, `require()`, `declare module`, reference comments, and `new URL('./x.ts', import.meta.url)`, which is how a
 * file starts another one as a process or worker.
 */
import { type ParseResult, parse } from '@babel/parser'
import traverse, { type NodePath } from '@babel/traverse'

export type Import = {
  line: number
  /** Undefined when the text does not say: the name is computed. */
  specifier: string | undefined
  /** `type`: gone when the program runs. `dynamic`: happens while it runs. `start`: another program is started from it. */
  how: 'static' | 'type' | 'dynamic' | 'start'
}

export type FreeName = {
  line: number
  /** A name that nothing in the file declares, or "import.meta". */
  name: string
  as: 'value' | 'type'
  /** `now` in `Date.now`; undefined when the name stands alone or its member is computed. */
  member: string | undefined
}

export type Outside = { imports: readonly Import[]; freeNames: readonly FreeName[] }

type Node =
  | ParseResult['program']['body'][number]
  | { type: string; loc?: { start: { line: number } } | null }

/** @throws {SyntaxError} when `source` is not TypeScript */
export function outsideOf(source: string): Outside {
  const imports: Import[] = []
  const freeNames: FreeName[] = []
  const file = parse(source, { sourceType: 'module', plugins: ['typescript'] })
  const note = (node: Node, specifier: string | undefined, how: Import['how']) =>
    imports.push({ line: lineOf(node), specifier, how })

  for (const comment of file.comments ?? []) {
    const [, kind, name = ''] = /^\/\s*<reference\s+(path|types)\s*=\s*["']([^"']*)/.exec(comment.value) ?? []
    if (kind) note(comment, kind === 'path' && !name.startsWith('.') ? `./${name}` : name, 'type')
  }
  const localTypes = new Set<string>()
  traverse(file, {
    'TSTypeAliasDeclaration|TSInterfaceDeclaration'({ node }) {
      if ('id' in node && node.id && 'name' in node.id) localTypes.add(String(node.id.name))
    },
    TSTypeParameter({ node }) {
      localTypes.add(typeof node.name === 'string' ? node.name : node.name.name)
    },
  })
  traverse(file, {
    ImportDeclaration: ({ node }) =>
      void note(node, node.source.value, node.importKind === 'type' ? 'type' : 'static'),
    ExportAllDeclaration: ({ node }) =>
      void note(node, node.source.value, node.exportKind === 'type' ? 'type' : 'static'),
    ExportNamedDeclaration({ node }) {
      if (node.source) note(node, node.source.value, node.exportKind === 'type' ? 'type' : 'static')
    },
    ImportExpression: ({ node }) => void note(node, literal(node.source), 'dynamic'),
    TSImportType: ({ node }) => void note(node, literal(node.source), 'type'),
    TSExternalModuleReference: ({ node }) => void note(node, node.expression.value, 'static'),
    TSModuleDeclaration({ node }) {
      if (node.id.type === 'StringLiteral') note(node, node.id.value, 'type')
      else if (node.kind === 'global')
        freeNames.push({ line: lineOf(node), name: 'globalThis', as: 'type', member: undefined })
    },
    CallExpression({ node }) {
      const { callee } = node
      if (callee.type === 'Identifier' && callee.name === 'require')
        note(node, literal(node.arguments[0]), 'static')
    },
    NewExpression({ node }) {
      const [target, base] = node.arguments
      const isOwnFile = node.callee.type === 'Identifier' && node.callee.name === 'URL' && isMetaUrl(base)
      if (!isOwnFile) return
      const name = literal(target)
      if (name === undefined || /\.[cm]?[jt]sx?$/.test(name)) note(node, name, 'start')
    },
    MetaProperty({ node }) {
      if (node.meta.name === 'import')
        freeNames.push({ line: lineOf(node), name: 'import.meta', as: 'value', member: undefined })
    },
    Identifier(path) {
      const as = positionOf(path)
      const { name } = path.node
      if (as === undefined || isDeclaredHere(path)) return
      if (as === 'type' && localTypes.has(name)) return
      freeNames.push({ line: lineOf(path.node), name, as, member: memberOf(path) })
    },
  })
  return { imports, freeNames }
}

const lineOf = (node: Node): number => node.loc?.start.line ?? 0

/** The text of a plain string; a template without holes is one, too. */
function literal(node: unknown): string | undefined {
  const some = node as {
    type?: string
    value?: unknown
    literal?: unknown
    quasis?: { value: { cooked?: string } }[]
  }
  if (some?.type === 'TSLiteralType') return literal(some.literal)
  if (some?.type === 'StringLiteral' && typeof some.value === 'string') return some.value
  return some?.type === 'TemplateLiteral' && some.quasis?.length === 1
    ? some.quasis[0]?.value.cooked
    : undefined
}

function isMetaUrl(node: unknown): boolean {
  const some = node as { object?: { type?: string }; property?: { name?: string } } | undefined
  return some?.object?.type === 'MetaProperty' && some.property?.name === 'url'
}

/** TypeScript's own nodes that hold expressions. All others hold types. */
const EXPRESSION_HOLDERS: ReadonlySet<string> = new Set([
  ...['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSTypeAssertion'],
  ...['TSInstantiationExpression', 'TSExportAssignment', 'TSEnumDeclaration', 'TSEnumBody', 'TSEnumMember'],
  ...['TSModuleDeclaration', 'TSModuleBlock', 'TSParameterProperty'],
])
/** Where a type names another thing, by parent and key. */
const TYPE_NAMES: ReadonlySet<string> = new Set([
  ...['TSTypeReference.typeName', 'TSQualifiedName.left', 'TSTypeQuery.exprName'],
  ...[
    'TSInterfaceHeritage.expression',
    'TSClassImplements.expression',
    'TSExpressionWithTypeArguments.expression',
  ],
])

/** Whether an identifier uses a value, names a type, or does neither (a key, a label, a declaration). */
function positionOf(path: NodePath): FreeName['as'] | undefined {
  const { parentPath: parent, key } = path
  if (TYPE_NAMES.has(`${parent?.type}.${String(key)}`)) return 'type'
  for (let above: NodePath | null = parent; above; above = above.parentPath)
    if (above.type.startsWith('TS') && !EXPRESSION_HOLDERS.has(above.type)) return undefined
  const isWritten = parent?.type === 'AssignmentExpression' && key === 'left'
  return path.isReferencedIdentifier() || isWritten ? 'value' : undefined
}

/** A `declare` promises that something outside provides the name, so it does not count as declaring it. */
function isDeclaredHere(path: NodePath): boolean {
  const { name } = path.node as { name: string }
  const binding = path.scope.getBinding(name)
  if (binding === undefined) return false
  const declaration = binding.path.parentPath?.isVariableDeclaration()
    ? binding.path.parentPath
    : binding.path
  return !('declare' in declaration.node && declaration.node.declare === true)
}

function memberOf(path: NodePath): string | undefined {
  const parent = path.parent as {
    type: string
    property?: { type: string; name?: string }
    computed?: boolean
    right?: unknown
  }
  if (path.key === 'left' && parent.type === 'TSQualifiedName')
    return (parent.right as { name?: string }).name
  if (path.key !== 'object' || !parent.type.endsWith('MemberExpression')) return undefined
  return parent.computed ? literal(parent.property) : parent.property?.name
}
