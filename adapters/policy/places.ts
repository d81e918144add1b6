/** Where in the YAML text something stands, for people: lines and columns count from 1. */
import { type Document, isMap, isNode, isPair, isScalar, isSeq, type LineCounter, type Node } from 'yaml'

/** A path in the value: keys of maps and indexes of lists. */
export type Path = readonly PropertyKey[]
export type Place = { line: number; column: number }

/** Finds places in one document. */
export function placesIn(document: Document.Parsed, lines: LineCounter) {
  const at = (node: unknown): Place | undefined => {
    const start = isNode(node) ? node.range?.[0] : undefined
    if (start === undefined) return undefined
    const { line, col } = lines.linePos(start)
    return { line, column: col }
  }
  const start: Place = { line: 1, column: 1 }
  return {
    /** Of the value at the path; of what is nearest around it when nothing is there. */
    ofValue(path: Path): Place {
      let [node, place]: [unknown, Place] = [document.contents, at(document.contents) ?? start]
      for (const step of path) {
        node = childOf(node, step)
        const next = at(node)
        if (next === undefined) return place
        place = next
      }
      return place
    },
    /** Of a key of the map at the path. */
    ofKey(path: Path, key: PropertyKey): Place {
      let node: unknown = document.contents
      for (const step of path) node = childOf(node, step)
      return at(pairOf(node, key)?.key) ?? this.ofValue(path)
    },
  }
}
export type Places = ReturnType<typeof placesIn>

const pairOf = (node: unknown, key: PropertyKey) =>
  isMap(node) ? node.items.find(pair => keyText(pair.key) === String(key)) : undefined

function childOf(node: unknown, step: PropertyKey): unknown {
  if (isSeq(node)) {
    const item = node.items[Number(step)]
    return isPair(item) ? item.value : item
  }
  return pairOf(node, step)?.value
}

/** How a key reads once it is a property name. */
export const keyText = (key: unknown): string =>
  isScalar(key) ? String(key.value) : String((key as Node | null)?.toString() ?? '')
