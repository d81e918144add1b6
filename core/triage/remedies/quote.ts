/**
 * Quotes words for a shell, so that a name from Azure or from a person is never anything but a word.
 *
 * Single quotes keep everything literal in the shells the Azure CLI is used in (Bash, and PowerShell but for the way a quote itself is
 * written); a name with a quote or a control character is refused rather than bent.
 */

const PLAIN = /^[A-Za-z0-9_./:=@,+-]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const UNSAFE = /['\u0000-\u001f\u007f‘’‚‛]/

/** One argument. Undefined when no quoting is safe in both shells. */
function quote(word: string): string | undefined {
  if (word === '' || word.length > 2_000 || UNSAFE.test(word)) return undefined
  return PLAIN.test(word) && !word.startsWith('-') ? word : `'${word}'`
}

/** A command of several words. Undefined when one of them cannot be quoted. */
export function command(words: readonly string[]): string | undefined {
  const quoted = words.map((word, at) =>
    at % 1 === 0 && /^--?[a-z][a-z-]*$/.test(word) ? word : quote(word),
  )
  return quoted.every(word => word !== undefined) ? quoted.join(' ') : undefined
}
