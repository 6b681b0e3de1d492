import type { Readable } from 'node:stream'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Logger } from 'pino'
import type { UsableAccount } from '../accounts/member.ts'
import { streamingFetch, type VendorStream } from '../assets/vendor-stream.ts'
import type { AccountEvent } from '../core/account.ts'
import type { Call, CallTry } from '../core/call.ts'
import type { Caller } from '../core/caller.ts'
import type { Clock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { points } from '../core/points.ts'
import type { ModelPrice, ModelSetting, Usage } from '../core/usage.ts'
import type { CallEndpoint, CallSide } from '../providers/provider.ts'
import type { Allowances, Reservation } from './allowances.ts'
import type { Format } from './format.ts'
import { listPriceOf } from './list-prices.ts'
import { priceOfUsage } from './model-price.ts'
import { passThrough } from './pass-through.ts'
import { listModels, type ModelRoute, routeModel, type Target } from './routing.ts'
import { translated } from './translate.ts'
import { vendorFailure } from './vendor-failure.ts'

/** A request that is answered on the spot, as a dialect has read it. */
export interface CallRequest {
  caller: Caller
  requestId: string | null
  endpoint: CallEndpoint
  /** As the caller named it. */
  model: string
  /** As it came. */
  body: Uint8Array
  contentType: string
  /** The parsed body; undefined for a form. */
  json: JsonObject | undefined
  /** What of the caller's headers the vendor gets, too. */
  headers: Readonly<Record<string, string>>
  /** What comes after the path, such as `?alt=sse`. */
  query: string
  /** The format of the body, for vendors of another one. Absent where the endpoint is not translated. */
  format?: Format
  isStreamed: boolean
  /** The most that the call can use, where it is not a format's to say. */
  bound?: Usage
  /** The usage in a whole answer of an endpoint without a format. */
  usageOf?(answer: Buffer, contentType: string): Usage | undefined
  /** Ends when the caller leaves. */
  signal: AbortSignal
}

export interface CallAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer | string | Readable
}

/** An account that answers calls. */
export interface CallMember extends Readonly<UsableAccount> {
  readonly models: readonly string[]
  readonly side: CallSide
}

export interface Calls {
  /** Throws a PolyphonyError where there is no answer to pass on. */
  answer(request: CallRequest): Promise<CallAnswer>
  /** The models that a caller can name. */
  models(caller: Caller): string[]
}

export interface CallsOptions {
  /** The accounts that a caller's calls may use. */
  membersFor(caller: Caller): readonly CallMember[]
  settings: readonly ModelSetting[]
  /** Answers test keys. */
  sandbox: { models: readonly string[]; model(id: string): LanguageModelV4 }
  allowances: Allowances
  streamFor(owner: 'operator' | 'tenant'): VendorStream
  recordEvent(account: string, event: AccountEvent): Promise<void>
  withoutSecrets(account: string, text: string): string
  clock: Clock
  log: Logger
}

/** What is learnt of a call while it is answered. */
export interface Running {
  readonly request: CallRequest
  readonly startedAt: number
  tried: CallTry[]
  firstByteMs: number | null
}

/** How one account answered; `usage` is read when the answer has ended. */
export interface TargetAnswer extends CallAnswer {
  /** Resolves when the last byte of the answer is there. */
  ended: Promise<{ outcome: Call['outcome']; usage: Usage | undefined; errorCode?: string | null }>
}

/** With no limit in the request, an answer is taken to have at most so many tokens. */
const USUAL_OUTPUT_TOKENS = 4_096
/** A token of text has some four characters; in the scripts with the fewest it has about two. */
const CHARACTERS_PER_TOKEN = 3
const TOKENS_PER_IMAGE = 1_600
const BYTES_PER_AUDIO_TOKEN = 1_500

export function openCalls(options: CallsOptions): Calls {
  const { allowances, clock, log } = options

  async function answer(request: CallRequest): Promise<CallAnswer> {
    const { caller } = request
    checkAllowed(request)
    const running: Running = { request, startedAt: clock.now(), tried: [], firstByteMs: null }
    if (caller.mode === 'test') return answerFromSandbox(running)
    const route = routeModel(request.model, options.membersFor(caller), options.settings)
    const able = route.targets.filter((target) => canAnswer(target, request))
    const [first] = able
    if (!first) throw noWay(request, route)
    const price = priceFor(route, first)
    const reservation = await allowances.reserve(caller, priceOfUsage(boundOf(request), price))
    const book = booker(running, reservation)
    try {
      const { target, given } = await tryEach(running, able)
      void given.ended.then(
        (end) => book({ ...end, target, price: priceFor(route, target), status: given.status }),
        (error: unknown) => {
          log.error({ err: error }, 'a call ended in an unknown way')
          book({ outcome: 'cut', usage: undefined, target, price, status: given.status })
        },
      )
      return given
    } catch (error) {
      const failure = vendorFailure(error)
      book({
        outcome: 'failed',
        usage: undefined,
        target: null,
        price,
        status: failure.status,
        errorCode: failure.code,
      })
      throw failure
    }
  }

  async function answerFromSandbox(running: Running): Promise<CallAnswer> {
    const { request } = running
    const { caller, format, model } = request
    if (!format) throw new PolyphonyError('no_provider', `The sandbox does not answer ${request.endpoint}.`)
    const book = booker(running, await allowances.reserve(caller, points(0)))
    try {
      const given = await translated(running, format, options.sandbox.model(model), undefined)
      void given.ended.then((end) => book({ ...end, target: null, price: {}, status: given.status }))
      return given
    } catch (error) {
      const failure = vendorFailure(error)
      book({
        outcome: 'failed',
        usage: undefined,
        target: null,
        price: {},
        status: failure.status,
        errorCode: failure.code,
      })
      throw failure
    }
  }

  /** Asks one account after the other until one answers. Throws the error of the last. */
  async function tryEach(
    running: Running,
    targets: readonly Target<CallMember>[],
  ): Promise<{ target: Target<CallMember>; given: TargetAnswer }> {
    let failure: PolyphonyError | undefined
    for (const target of targets) {
      const { member } = target
      const { id } = member.record
      try {
        const given = await ask(running, target)
        if (member.record.state !== 'connected' || member.record.troubles > 0) {
          void options.recordEvent(id, { kind: 'worked' })
        }
        return { target, given }
      } catch (error) {
        if (running.request.signal.aborted) throw left()
        const known = vendorFailure(error)
        failure = new PolyphonyError(known.code, options.withoutSecrets(id, known.message), {
          ...known.details,
          cause: error,
        })
        const event = eventOf(failure)
        if (event) void options.recordEvent(id, event)
        running.tried.push({ account: id, reason: failure.message })
        log.info({ account: id, model: target.model, code: failure.code }, 'an account did not answer a call')
        if (!isWorthAnother(failure)) throw failure
      }
    }
    throw failure ?? new PolyphonyError('no_provider', 'No account could be asked.')
  }

  function ask(running: Running, target: Target<CallMember>): Promise<TargetAnswer> {
    const { request } = running
    const { account, side } = target.member
    const url = side.urlOf(request.endpoint, target.model, account.settings)
    if (url !== undefined) return passThrough(running, target, { url, send: options.streamFor(account.owner) })
    if (!request.format)
      throw new PolyphonyError('no_provider', `${account.provider} does not answer ${request.endpoint}.`)
    const { format } = request
    return side
      .loadModel({
        model: target.model,
        settings: account.settings,
        fetch: streamingFetch(options.streamFor(account.owner)),
      })
      .then((model) => translated(running, format, model, account.provider))
  }

  /** Returns the function that books the call, once. */
  function booker(running: Running, reservation: Reservation) {
    const { request, startedAt } = running
    return (end: {
      outcome: Call['outcome']
      usage: Usage | undefined
      target: Target<CallMember> | null
      price: ModelPrice
      status: number
      errorCode?: string | null
    }): void => {
      const { caller } = request
      const account = end.target?.member.record ?? null
      allowances.book(reservation, {
        id: newId(startedAt),
        tenantId: caller.tenantId,
        keyId: caller.keyId,
        mode: caller.mode,
        requestId: request.requestId,
        endpoint: request.endpoint,
        model: request.model,
        provider: account?.provider ?? null,
        account: account?.id ?? null,
        vendorModel: end.target?.model ?? null,
        status: end.status,
        outcome: end.outcome,
        errorCode: end.errorCode ?? null,
        isStreamed: request.isStreamed,
        usage: end.usage === undefined ? null : { ...end.usage },
        pricePoints: caller.mode === 'test' || !end.usage ? points(0) : priceOfUsage(end.usage, end.price),
        costPoints: null,
        tried: running.tried,
        createdAt: startedAt,
        firstByteMs: running.firstByteMs,
        durationMs: clock.now() - startedAt,
      })
    }
  }

  return {
    answer,
    models(caller) {
      const all =
        caller.mode === 'test' ? [...options.sandbox.models] : listModels(options.membersFor(caller), options.settings)
      const { allowedModels } = caller
      return allowedModels === null ? all : all.filter((model) => allowedModels.includes(model))
    },
  }
}

function checkAllowed({ caller, model }: CallRequest): void {
  if (caller.isFrozen) throw new PolyphonyError('forbidden', 'The account is frozen.')
  if (caller.allowedModels && !caller.allowedModels.includes(model)) {
    const allowed = caller.allowedModels.join(', ')
    throw new PolyphonyError('model_not_allowed', `The key may not use ${model}. Its models: ${allowed}.`, {
      field: 'model',
    })
  }
}

function canAnswer({ member, model }: Target<CallMember>, { endpoint, format }: CallRequest): boolean {
  return format !== undefined || member.side.urlOf(endpoint, model, member.account.settings) !== undefined
}

function noWay({ endpoint, model }: CallRequest, { targets }: ModelRoute<CallMember>): PolyphonyError {
  const providers = [...new Set(targets.map(({ member }) => member.record.provider))].join(', ')
  return new PolyphonyError('no_provider', `${endpoint} is not answered for ${model}, which ${providers} has.`)
}

/** What the operator set, else the vendor's list price. Throws `no_provider` for a model of a vendor whose price is unknown. */
function priceFor({ price }: ModelRoute<CallMember>, { member, model }: Target<CallMember>): ModelPrice {
  if (price) return price
  const listed = listPriceOf(model)
  if (listed) return listed
  if (member.side.isUnpriced) return {}
  throw new PolyphonyError(
    'no_provider',
    `The model ${model} has no list price here. Set one in POLYPHONY_MODELS, or use another model.`,
  )
}

/** The most that a call is taken to use before it is made. */
function boundOf({ format, json, bound, body }: CallRequest): Usage {
  if (bound) return bound
  if (!format || !json) return { inputTokens: Math.ceil(body.byteLength / CHARACTERS_PER_TOKEN) }
  const { maxOutputTokens = USUAL_OUTPUT_TOKENS, inputCharacters, images, audioBytes, choices } = format.boundOf(json)
  return {
    inputTokens:
      Math.ceil(inputCharacters / CHARACTERS_PER_TOKEN) +
      images * TOKENS_PER_IMAGE +
      Math.ceil(audioBytes / BYTES_PER_AUDIO_TOKEN),
    outputTokens: maxOutputTokens * choices,
  }
}

/** Whether another account, or the same one a moment later, may answer. */
function isWorthAnother({ code }: PolyphonyError): boolean {
  return ['account_busy', 'account_refused', 'vendor_unreachable', 'vendor_silent', 'unknown_operation'].includes(code)
}

function eventOf({ code, message, details }: PolyphonyError): AccountEvent | undefined {
  switch (code) {
    case 'account_busy': {
      const { retryAfterSeconds } = details
      return {
        kind: 'limited',
        reason: message,
        retryAfterMs: retryAfterSeconds === undefined ? null : retryAfterSeconds * 1_000,
      }
    }
    case 'account_refused':
      return { kind: 'refused', reason: message, lacks: details.lacks ?? 'credential' }
    case 'vendor_unreachable':
    case 'vendor_silent':
      return { kind: 'broke', reason: message }
    default:
      return undefined
  }
}

function left(): PolyphonyError {
  return new PolyphonyError('timed_out', 'The caller left before the answer.')
}
