/**
 * Loads Azure's client packages when they are first needed, one after another.
 *
 * Together they cost a second and 80 MB, so a process that never calls Azure should not pay. One at a time, because some of them are
 * CommonJS and share dependencies with those that are ES modules: Node 24 refuses such a pair when both load at the same moment
 * (ERR_REQUIRE_ESM_RACE_CONDITION, seen with @azure/arm-compute 25.1 and @azure/arm-security 5.0 on 2026-11-20).
 */

let line: Promise<unknown> = Promise.resolve()

/** A loader that runs at most once, never beside another one made here. A load that failed is tried again at the next call. */
export function oneByOne<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let loaded: Promise<Module> | undefined
  return () => {
    if (loaded !== undefined) return loaded
    const mine = line.then(load)
    loaded = mine
    line = mine.catch(() => {
      loaded = undefined
    })
    return mine
  }
}
