/**
 * Says no the way Entra does: an error name for programs, an AADSTS number and a sentence for people.
 *
 * Numbers: https://learn.microsoft.com/entra/identity-platform/reference-error-codes (read 2026-11-21).
 */
import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { sendJson } from '../http.ts'

export type Refused = { status: number; error: string; number: number; sentence: string }

export const ERRORS = {
  noTenant: (tenant: string): Refused => no(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`),
  noApp: (id: string, status = 400): Refused =>
    no(
      status,
      'unauthorized_client',
      700016,
      `Application with identifier '${id}' was not found in the directory.`,
    ),
  badSecret: (): Refused => no(401, 'invalid_client', 7000215, 'Invalid client secret provided.'),
  noSecret: (): Refused =>
    no(
      401,
      'invalid_client',
      7000218,
      "The request body must contain 'client_assertion' or 'client_secret'.",
    ),
  missing: (name: string): Refused =>
    no(400, 'invalid_request', 900144, `The request body must contain the following parameter: '${name}'.`),
  badReply: (uri: string): Refused =>
    no(
      400,
      'invalid_request',
      50011,
      `The redirect URI '${uri}' does not match those configured for the application.`,
    ),
  responseType: (): Refused =>
    no(
      400,
      'unsupported_response_type',
      700054,
      'Only response_type code with response_mode query is offered here.',
    ),
  badChallenge: (): Refused =>
    no(400, 'invalid_request', 501481, 'The code_challenge does not fit; the method must be S256.'),
  interaction: (): Refused => no(400, 'login_required', 50058, 'A person has to choose an account.'),
  badGrant: (grant: string): Refused =>
    no(400, 'unsupported_grant_type', 70003, `The app requested an unsupported grant type '${grant}'.`),
  badCode: (): Refused =>
    no(400, 'invalid_grant', 9002313, 'The authorization code is malformed or unknown.'),
  otherApp: (): Refused =>
    no(400, 'invalid_grant', 700005, 'The authorization code was issued to another application.'),
  expiredCode: (): Refused => no(400, 'invalid_grant', 70008, 'The authorization code has expired.'),
  redeemedCode: (): Refused =>
    no(400, 'invalid_grant', 54005, 'The authorization code was already redeemed.'),
  otherReply: (): Refused =>
    no(400, 'invalid_grant', 500112, 'The reply address does not match the one used to request the code.'),
  badVerifier: (): Refused =>
    no(
      400,
      'invalid_grant',
      50148,
      'The code_verifier does not match the code_challenge of the authorization request.',
    ),
  disabled: (status = 400): Refused => no(status, 'invalid_grant', 50057, 'The user account is disabled.'),
  noUser: (): Refused =>
    no(400, 'invalid_request', 50034, 'The user account does not exist in the directory.'),
  badScope: (scope: string): Refused =>
    no(
      400,
      'invalid_scope',
      70011,
      `The provided value for the input parameter 'scope' is not valid: ${scope}`,
    ),
  noResource: (resource: string): Refused =>
    no(
      400,
      'invalid_resource',
      500011,
      `The resource principal named ${resource} was not found in the tenant.`,
    ),
}

function no(status: number, error: string, number: number, sentence: string): Refused {
  return { status, error, number, sentence }
}

/** The sentence with its number, as it stands in `error_description` and on pages. */
export const describe = ({ number, sentence }: Refused): string => `AADSTS${number}: ${sentence}`

export function sendRefused(response: ServerResponse, refused: Refused): void {
  sendJson(
    response,
    refused.status,
    {
      error: refused.error,
      error_description: describe(refused),
      error_codes: [refused.number],
      timestamp: new Date().toISOString().replace('T', ' '),
      trace_id: randomUUID(),
      correlation_id: randomUUID(),
    },
    { 'cache-control': 'no-store' },
  )
}
