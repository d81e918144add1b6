/** A browser without a screen: cookies, redirects, links and forms. One for each person's computer. */

export type Page = { url: string; status: number; type: string; text: string; bytes: Uint8Array }

export function openBrowser() {
  /** Cookies by host, as browsers keep them: the port does not matter. */
  const cookies = new Map<string, string>()

  async function go(url: string, form?: URLSearchParams): Promise<Page> {
    let [next, body] = [url, form]
    for (let hops = 0; hops < 12; hops++) {
      const response = await fetch(next, {
        method: body ? 'POST' : 'GET',
        redirect: 'manual',
        headers: {
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...(body
            ? { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(next).origin }
            : {}),
        },
        ...(body ? { body: body.toString() } : {}),
      })
      for (const line of response.headers.getSetCookie()) keep(line)
      const location = response.headers.get('location')
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.arrayBuffer()
        next = new URL(location, next).href
        body = undefined
        continue
      }
      const bytes = new Uint8Array(await response.arrayBuffer())
      const type = response.headers.get('content-type') ?? ''
      return { url: next, status: response.status, type, bytes, text: new TextDecoder().decode(bytes) }
    }
    throw new Error(`too many redirects from ${url}`)
  }

  function keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';')
    const cut = pair.indexOf('=')
    const [name, value] = [pair.slice(0, cut), pair.slice(cut + 1)]
    const gone = value === '' || attributes.some(text => /^\s*max-age=0$/i.test(text))
    if (gone) cookies.delete(name)
    else cookies.set(name, value)
  }

  return {
    go,
    cookies,
    /** Presses the button whose text or value contains `label`, with the hidden fields of its form. */
    async press(page: Page, label: string): Promise<Page> {
      for (const [, attributes = '', inside = ''] of page.text.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
        const button = [...inside.matchAll(/<button([^>]*)>([\s\S]*?)<\/button>/g)].find(([whole]) =>
          whole.includes(label),
        )
        if (!button) continue
        const fields = new URLSearchParams()
        for (const [input] of inside.matchAll(/<input[^>]*>/g))
          fields.append(attribute(input, 'name') ?? '', attribute(input, 'value') ?? '')
        const [, own = ''] = button
        const name = attribute(own, 'name')
        if (name !== undefined) fields.append(name, attribute(own, 'value') ?? '')
        return go(new URL(attribute(attributes, 'action') ?? page.url, page.url).href, fields)
      }
      throw new Error(
        `no button "${label}" on ${page.url}: ${page.text.replace(/<[^>]+>/g, ' ').slice(0, 400)}`,
      )
    },
  }
}
export type Browser = ReturnType<typeof openBrowser>

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
  return found === undefined ? undefined : decoded(found)
}

const decoded = (text: string): string =>
  text
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&#x([0-9a-f]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
