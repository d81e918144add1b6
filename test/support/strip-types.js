// Jest transform: Node's own type stripping keeps lines and columns, so no source maps are needed.
import { createHash } from 'node:crypto'
import { stripTypeScriptTypes } from 'node:module'

export default {
  process: source => ({ code: stripTypeScriptTypes(source) }),
  getCacheKey: (source, path, { instrument }) =>
    createHash('sha256').update(`${process.version}\0${instrument}\0${path}\0${source}`).digest('hex'),
}
