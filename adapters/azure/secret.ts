/** Azure may repeat an order where it finds fault with it, and a password in it must not be repeated by us. */

/** An error as it was, but for the secret. Without one, the error itself. */
export function withoutSecret(secret: string | undefined, error: unknown): unknown {
  if (secret === undefined || !(error instanceof Error) || !error.message.includes(secret)) return error
  const { statusCode, code, response } = error as unknown as Record<string, unknown>
  const clean = new Error(error.message.replaceAll(secret, '(removed)'))
  clean.name = error.name
  return Object.assign(clean, { statusCode, code, response })
}
