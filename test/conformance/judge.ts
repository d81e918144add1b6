/**
 * Holds one exchange against Microsoft's descriptions, with Microsoft's own validator (oav) and with what that one leaves out:
 * an address to follow where an accepted operation is long-running, a request id on each answer, and words of open enumerations.
 */
import { type LiveValidationResult, LiveValidator } from 'oav/dist/lib/liveValidation/liveValidator.js'
import { Descriptions, type Part, unnamedWords } from './descriptions.ts'
import { ARM, describedUrl, type Exchange } from './exchange.ts'

export type Finding = {
  /** The description's name for the operation; for one that is not described, the simulator's route. */
  operation: string
  side: 'request' | 'response'
  /** The validator's code, or one of OWN_CODES. */
  code: string
  /** Where in the body; '' where the whole is meant. */
  path: string
  message: string
  exchange: Exchange
}

export const OWN_CODES = {
  word: 'WORD_OF_OPEN_ENUMERATION',
  follow: 'NOTHING_TO_FOLLOW',
  requestId: 'NO_REQUEST_ID',
  undecided: 'VALIDATOR_UNDECIDED',
  right: 'CALLED_WRONG_AND_IS_NOT',
} as const

export type Judgement = {
  exchange: Exchange
  /** As in a {@link Finding}. */
  operation: string
  /** Whether there was a description to hold it against. */
  described: boolean
  findings: Finding[]
}

export type Judge = (exchange: Exchange) => Promise<Judgement>

/** @throws {Error} when the folder has no such descriptions, or the validator cannot load them */
export async function openJudge(folder: string): Promise<Judge> {
  const descriptions = new Descriptions(folder)
  const troubles: string[] = []
  const validator = new LiveValidator(
    {
      fileRoot: '/',
      directory: folder,
      swaggerPaths: descriptions.paths(),
      git: { shouldClone: false },
      loadValidatorInBackground: false,
      isArmCall: true,
    },
    (message, level) => {
      if (level === 'error' || level === 'warn') troubles.push(message)
    },
  )
  await validator.initialize()
  if (troubles.length > 0)
    throw new Error(`the descriptions in ${folder} do not load: ${troubles.join('; ')}`)
  return exchange => judge(descriptions, validator, exchange)
}

type Fault = Pick<Finding, 'side' | 'code' | 'path' | 'message'>

async function judge(
  descriptions: Descriptions,
  validator: LiveValidator,
  exchange: Exchange,
): Promise<Judgement> {
  const { request, response, method } = exchange
  const { requestValidationResult, responseValidationResult, runtimeException } =
    await validator.validateLiveRequestResponse({
      liveRequest: { method, url: describedUrl(exchange.url), ...copied(request) },
      liveResponse: { statusCode: String(response.status), ...copied(response) },
    })
  const described = descriptions.operation(requestValidationResult.operationInfo.operationId)
  const asked = faultsOf('request', requestValidationResult)
  const answered = faultsOf('response', responseValidationResult)
  const faults: Fault[] =
    runtimeException !== undefined
      ? [fault('request', OWN_CODES.undecided, runtimeException.message)]
      : described === undefined
        ? // Said once, for the call as a whole.
          [...asked, ...(asked.length > 0 ? [] : [fault('request', OWN_CODES.undecided, 'no operation')])]
        : [
            ...asRight(exchange, requestValidationResult.isSuccessful !== undefined, [
              ...asked,
              ...strangeWords(descriptions, 'request', described.request(), request.body),
            ]),
            ...answered,
            ...strangeWords(descriptions, 'response', described.response(response.status), response.body),
            ...(described.longRunning && response.status === 202 ? unfollowable(response) : []),
          ]
  if (!response.headers['x-ms-request-id'])
    faults.push(fault('response', OWN_CODES.requestId, 'the answer has no x-ms-request-id'))
  const operation = described?.id ?? exchange.route
  return {
    exchange,
    operation,
    described: described !== undefined,
    findings: faults.map(one => ({ ...one, operation, exchange })),
  }
}

const fault = (side: Fault['side'], code: string, message: string, path = ''): Fault => ({
  side,
  code,
  path,
  message,
})

function faultsOf(side: Fault['side'], result: LiveValidationResult): Fault[] {
  const { errors, isSuccessful, runtimeException } = result
  if (runtimeException !== undefined) return [fault(side, runtimeException.code, runtimeException.message)]
  if (isSuccessful === undefined)
    return [fault(side, OWN_CODES.undecided, 'the validator said neither yes nor no')]
  return errors.map(({ code, pathsInPayload, message }) =>
    fault(side, code, message, pathsInPayload.join(' ')),
  )
}

/** A request that is wrong on purpose has to be found wrong, and is forgiven for it. */
function asRight({ wrong }: Exchange, decided: boolean, faults: readonly Fault[]): readonly Fault[] {
  if (!wrong || !decided) return faults
  return faults.length > 0 ? [] : [fault('request', OWN_CODES.right, 'the request is as described')]
}

const strangeWords = (
  descriptions: Descriptions,
  side: Fault['side'],
  schema: Part | undefined,
  body: unknown,
): Fault[] =>
  schema === undefined
    ? []
    : unnamedWords(descriptions, schema, body).map(({ path, word }) =>
        fault(side, OWN_CODES.word, `'${word}' is none of the words that are named`, path),
      )

function unfollowable({ headers }: Exchange['response']): Fault[] {
  const addresses = [headers['azure-asyncoperation'], headers['location']].filter(one => one !== undefined)
  if (addresses.length > 0 && addresses.every(one => one.startsWith(`${ARM}/`))) return []
  const message = '202 without a full address of Azure in Location or Azure-AsyncOperation'
  return [fault('response', OWN_CODES.follow, message)]
}

/** The validator writes into what it is given. */
function copied({ headers, body }: { headers: Readonly<Record<string, string>>; body?: unknown }) {
  return {
    headers: { ...headers },
    ...(body === undefined ? {} : { body: structuredClone(body) as Record<string, unknown> }),
  }
}
