/** A small browser for tests: keeps cookies, presses buttons of forms, follows a redirect only when told. */
export type Seen = { status: number; headers: Headers; html: string; url: string }

export class Browser {
  readonly cookies = new Map<string, { value: string; path: string }>()
  readonly #origin: string
  /** Sent with every request: what a proxy would add, for example. */
  headers: Record<string, string> = {}

  constructor(origin: string) {
    this.#origin = origin
  }

  get(path: string): Promise<Seen> {
    return this.#send(path, {})
  }

  post(path: string, fields: Record<string, string>): Promise<Seen> {
    return this.#send(path, { method: 'POST', body: new URLSearchParams(fields) })
  }

  /** Follows redirects as far as they go. */
  async walk(path: string): Promise<Seen> {
    let seen = await this.get(path)
    for (let steps = 0; seen.headers.has('location') && steps < 10; steps++)
      seen = await this.get(new URL(seen.headers.get('location') ?? '', seen.url).href)
    return seen
  }

  /** Presses the button of the form on a page whose action is this. */
  press(page: Seen, action: string, more: Record<string, string> = {}): Promise<Seen> {
    const form = formsOf(page.html).find(each => each.action === action)
    if (form === undefined) throw new Error(`no form for ${action} on ${page.html}`)
    return this.post(new URL(action, page.url).href, { ...form.fields, ...more })
  }

  async #send(path: string, init: RequestInit): Promise<Seen> {
    const url = new URL(path, this.#origin)
    const sent = [...this.cookies].filter(([, { path: at }]) => url.pathname.startsWith(at))
    const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...this.headers, ...(cookie === '' ? {} : { cookie }) },
    })
    for (const set of answer.headers.getSetCookie()) this.#keep(set)
    return { status: answer.status, headers: answer.headers, html: await answer.text(), url: url.href }
  }

  #keep(set: string): void {
    const [pair = '', ...attributes] = set.split('; ')
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    const path = attributes.find(each => each.startsWith('Path='))?.slice(5) ?? '/'
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name)
    else this.cookies.set(name, { value, path })
  }
}

export function formsOf(html: string): { action: string; fields: Record<string, string> }[] {
  return [...html.matchAll(/<form method="post"(?: action="([^"]*)")?>(.*?)<\/form>/gs)].map(
    ([, action, inner]) => ({
      action: action ?? '',
      fields: Object.fromEntries(
        [...(inner ?? '').matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(field => [
          field[1] ?? '',
          field[2] ?? '',
        ]),
      ),
    }),
  )
}
