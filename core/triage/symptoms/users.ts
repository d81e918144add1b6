/**
 * Finds the user names a person says they typed, and the passwords they should not have shown.
 */
import type { TypedUser } from './symptoms.ts'

const MOST = 5

const QUALIFIED = /(?<![\w\\/:.-])([A-Za-z0-9.][A-Za-z0-9.-]{0,63})\\{1,2}([A-Za-z0-9_$][\w.@$-]{0,127})/g
const UPN =
  /(?<![\w.@\\/-])([A-Za-z0-9_][\w.+-]{0,63}@[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){1,6})/g
const PLAIN =
  /\b(?:user ?name|user(?: ?id)?|account(?: name)?|login|log(?:ged|ging)? in as|sign(?:ed|ing)? in as|logging on as|benutzername|benutzer|konto|utilisateur|usuario|utente|用户名|用户|ユーザー名?)\s?(?:is|was|ist|est|es)?\s?[:=]?\s?["'`]?([A-Za-z][\w.$-]{2,40})/gi
/** Paths of Windows that look like DOMAIN\user. */
const NOT_DOMAIN =
  /^(c|d|e|z|hklm|hkcu|hku|hkey_.*|windows|users|program|system32|software|system|currentcontrolset|control)$/i

/** @param ordinary whether a lower-case word is just a word */
export function readUsers(shown: string, ordinary: (word: string) => boolean): readonly TypedUser[] {
  const users = new Map<string, TypedUser>()
  const keep = (typed: string, form: TypedUser['form']) => {
    const trimmed = typed.replace(/[.,;:!?-]+$/, '')
    if (users.size < MOST && !users.has(trimmed)) users.set(trimmed, { typed: trimmed, form })
  }
  for (const match of shown.matchAll(QUALIFIED)) {
    const [, domain = '', name = ''] = match
    // A deeper path goes on with another backslash.
    if (NOT_DOMAIN.test(domain) || shown[match.index + match[0].length] === '\\') continue
    if (/^azuread$/i.test(domain)) keep(`${domain}\\${name}`, 'azuread')
    else keep(`${domain}\\${name}`, domain === '.' ? 'dot' : 'backslash')
  }
  for (const match of shown.matchAll(UPN)) keep(match[1] ?? '', 'upn')
  if (users.size === 0)
    for (const match of shown.matchAll(PLAIN)) {
      const name = match[1] ?? ''
      const meant = /[:=]| as /.test(match[0]) && /^(admin|administrator|guest)$/i.test(name)
      if (meant || !ordinary(name.toLowerCase())) keep(name, 'plain')
    }
  return [...users.values()]
}

const PASSWORD =
  /(?:\b(?:pass ?word|passwd|pwd|passphrase|kennwort|passwort|mot de passe|contrase(?:ñ|n)a|senha|wachtwoord)|密码|密碼|パスワード)(?: for [^\s:]{1,64})?\s?(?:(:|=|：)|\b(?:is|was|ist|lautet|est|es|era)\b|é|是|は)\s?["'`]?([^\s"'`]{4,128})/giu

/**
 * The text with passwords that are plainly said struck out by spaces, and whether there was one.
 *
 * Rather once too often: "the password is Winter26!" counts, "the password is correct" does not.
 */
export function withoutPasswords(
  shown: string,
  ordinary: (word: string) => boolean,
): { shown: string; passwordShown: boolean } {
  let passwordShown = false
  const clean = shown.replace(PASSWORD, (whole: string, _sign: string | undefined, typed: string) => {
    const word = typed.replace(/[.,;:!?)]+$/, '')
    if (word.length < 4 || /^[*•.x]+$/i.test(word) || ordinary(word.toLowerCase())) return whole
    passwordShown = true
    return whole.slice(0, whole.lastIndexOf(typed)) + ' '.repeat(typed.length)
  })
  return { shown: clean, passwordShown }
}
