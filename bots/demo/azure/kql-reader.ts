/** Reads a query of the Kusto Query Language token by token. */

export class KqlError extends Error {}

export type Token = { kind: 'text' | 'word' | 'number' | 'sign'; value: string }

const TOKEN =
  /\s+|\/\/[^\n]*|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|(!?in~?(?=\s*\()|!contains|[A-Za-z_$][\w$]*(?:-[A-Za-z]+)?)|(\d+(?:\.\d+)?)|(==|=~|!=|!~|<=|>=|[|(),.=[\]<>])/y

function tokensOf(query: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < query.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(query)
    if (match === null) throw new KqlError(`cannot read the query at character ${at}`)
    const [, single, double, word, number, sign] = match
    const text = single ?? double
    if (text !== undefined) tokens.push({ kind: 'text', value: text.replace(/\\(.)/g, '$1') })
    else if (word !== undefined) tokens.push({ kind: 'word', value: word })
    else if (number !== undefined) tokens.push({ kind: 'number', value: number })
    else if (sign !== undefined) tokens.push({ kind: 'sign', value: sign })
  }
  return tokens
}

export class Reader {
  /** ms */
  readonly now: number
  readonly #tokens: readonly Token[]
  #at = 0

  /** @throws {KqlError} for what is no token */
  constructor(query: string, now: number) {
    this.#tokens = tokensOf(query)
    this.now = now
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length
  }

  get peek(): string {
    const token = this.#tokens[this.#at]
    return token === undefined ? 'the end' : token.kind === 'text' ? `'${token.value}'` : token.value
  }

  next(): Token {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw new KqlError('the query ends too early')
    this.#at += 1
    return token
  }

  /** Takes the next token if it is this word or sign. */
  skip(value: string): boolean {
    const token = this.#tokens[this.#at]
    if (token === undefined || token.kind === 'text' || token.value !== value) return false
    this.#at += 1
    return true
  }

  need(value: string): void {
    if (!this.skip(value)) throw new KqlError(`expected ${value}, found ${this.peek}`)
  }

  word(): string {
    const token = this.next()
    if (token.kind === 'word') return token.value
    throw new KqlError(`expected a name, found ${token.value}`)
  }
}
