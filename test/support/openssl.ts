/**
 * OpenSSL's command line, as a second opinion on signatures and as the maker of test certificates.
 * When it is missing or refuses, the test that asked fails with its words.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Bench = {
  readonly folder: string
  /** Runs OpenSSL in the folder and gives what it prints. */
  run(...args: readonly string[]): string
  write(name: string, content: string | Uint8Array): void
  readText(name: string): string
  readBytes(name: string): Buffer
  /** A self-signed certificate with its key, both PEM, also kept as `<name>.crt` and `<name>.key`. */
  certificate(wish?: Wish): { certificate: string; key: string }
  /** One that is signed by another of this bench. */
  issued(wish: Wish & { by: string }): { certificate: string; key: string }
  close(): void
}

type Wish = {
  name?: string
  subject?: string
  /** OpenSSL's `-newkey` and what belongs to it. */
  newKey?: readonly string[]
  /** Extended key usages; '' for a certificate without any. */
  uses?: string
  /** Whether it may sign other certificates. */
  issuer?: boolean
}

/** A new temporary folder to work in. */
export function openBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-signing-'))
  const at = (name: string) => join(folder, name)
  const run = (...args: readonly string[]): string =>
    execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const write = (name: string, content: string | Uint8Array) => writeFileSync(at(name), content)
  const readBytes = (name: string) => readFileSync(at(name))
  const readText = (name: string) => readFileSync(at(name), 'utf8')
  const pair = (name: string) => ({ certificate: readText(`${name}.crt`), key: readText(`${name}.key`) })

  const requestArgs = ({
    name = 'leaf',
    subject = '/CN=Contoso JIT/O=Contoso',
    newKey = ['rsa:2048'],
  }: Wish) =>
    ['-newkey', ...newKey, '-nodes', '-sha256', '-subj', subject, '-utf8', '-keyout', `${name}.key`] as const
  const extensions = ({ uses = 'codeSigning', issuer = false }: Wish): readonly string[] => [
    `basicConstraints=critical,CA:${issuer ? 'TRUE' : 'FALSE'}`,
    `keyUsage=critical,${issuer ? 'keyCertSign' : 'digitalSignature'}`,
    ...(uses === '' ? [] : [`extendedKeyUsage=${uses}`]),
  ]

  return {
    folder,
    run,
    write,
    readText,
    readBytes,
    certificate(wish = {}) {
      const { name = 'leaf' } = wish
      const added = extensions(wish).flatMap(one => ['-addext', one])
      run('req', '-x509', '-days', '365', ...requestArgs(wish), ...added, '-out', `${name}.crt`)
      return pair(name)
    },
    issued(wish) {
      const { name = 'leaf', by } = wish
      write(`${name}.ext`, extensions(wish).join('\n'))
      run('req', ...requestArgs(wish), '-out', `${name}.csr`)
      const issuer = ['-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '365', '-sha256']
      run('x509', '-req', '-in', `${name}.csr`, ...issuer, '-extfile', `${name}.ext`, '-out', `${name}.crt`)
      return pair(name)
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
