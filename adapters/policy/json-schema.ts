/** The policy file's shape as a JSON Schema (draft 7, what editors understand best), for completion and checks while writing. */
import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { PolicyFile } from './schema.ts'

/** The text of `manifest/policy.schema.json`. What a schema cannot say (patterns, ranges, unique ids) is checked when the file is read. */
const policySchema = (): string =>
  `${JSON.stringify(z.toJSONSchema(PolicyFile, { io: 'input', target: 'draft-7' }), null, 2)}\n`

/** Run it when the shape has changed: `node -e "import('./adapters/policy/adapter.ts').then(policy => policy.writePolicySchema('manifest/policy.schema.json'))"` */
export const writePolicySchema = (path: string | URL): Promise<void> => writeFile(path, policySchema())
