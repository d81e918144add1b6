/** Empties a database between tests. */
export { clear as empty } from '../../support/crash-rows.ts'
