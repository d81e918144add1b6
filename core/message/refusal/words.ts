/** What every refusal is said with. */
import type { Button, Line, Message } from '../message.ts'

/** `tone`: a question back is not a no. */
export type Words = {
  title: string
  lines: readonly Line[]
  buttons?: readonly Button[]
  tone?: Message['tone']
}
