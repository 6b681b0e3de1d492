import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Logger } from 'pino'
import type { UsableAccount } from '../accounts/member.ts'
import { streamingFetch, type VendorStream } from '../assets/vendor-stream.ts'
import type { AccountEvent } from '../core/account.ts'
import type { Call, CallTry } from '../core/call.ts'
import { type Caller, checkModelAllowed, mayUse } from '../core/caller.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { type Points, points, usdToPoints } from '../core/points.ts'
import type { PoolPolicy } from '../core/tenant.ts'
import type { ModelPrice, ModelSetting, Usage } from '../core/usage.ts'
import type { Account, CallEndpoint, CallSide } from '../providers/provider.ts'
import type { Allowances, Reservation } from './allowances.ts'
import { type ChatModel, chatModelsFor, isUsable, namesOf } from './chat-models.ts'
import type { Format, Kept } from './format.ts'
import { priceOfUsage, usdOfUsage } from './model-price.ts'
import { passThrough } from './pass-through.ts'
import type { RealtimeRoutes, Trying } from './realtime.ts'
import { type ExpectedAnswerers, type ModelRoute, routeModel, settingOf, type Target } from './routing.ts'
import { refusingDropped } from './sent-options.ts'
import { keepersAmong, type StoredResponses } from './stored-responses.ts'
import { inPool, priceOf } from './targets.ts'
import { isOver, timeFor } from './time-limit.ts'
import { type Download, translated } from './translate.ts'
import { isTimeout, vendorFailure } from './vendor-failure.ts'

/** A request that is answered on the spot, as a dialect has read it. */
export interface CallRequest {
  caller: Caller
  requestId: string | null
  /** The W3C trace context that the vendor gets; null or absent = none. */
  traceparent?: string | null
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
  /** Where a request names what a vendor keeps, for an endpoint without a format. */
  names?: Kept['namedIn']
  isStreamed: boolean
  /**
   * The most that the call can use, where it is not a format's to say. Several where the vendor bills by one or another of
   * them, such as seconds or tokens.
   */
  bound?: Usage | readonly Usage[]
  /** The usage in a whole answer of an endpoint without a format, or in the last event of a streamed one. */
  usageOf?(answer: Buffer, contentType: string): Usage | undefined
  /** Follows a streamed answer of an endpoint without a format. */
  metered?: Pick<Format, 'meter'> & { choicesIn(body: JsonObject | undefined): number }
  /** The text that ends a stream which broke off, for an endpoint without a format. */
  failure?(error: PolyphonyError): string
  /** The answer is a file, such as speech: it passes as it comes. */
  isFile?: true
  /** The answer may be text; else it is an object of JSON, and anything else is none. */
  isText?: true
  /** The body with another name for the model, for one that is no JSON. */
  renamed?(model: string): Uint8Array
  /** The HTTP status of an error in the caller's API, for the record. */
  statusOf?(error: PolyphonyError): number
  /** It is a line of a batch, which waits, and costs less. */
  batched?: Batched
  /** How long the answer may be given again to the same call; absent = not at all. */
  keepSeconds?: number
  /** Ends when the caller leaves. */
  signal: AbortSignal
}

/** How a line of a batch is booked. */
export interface Batched {
  batchId: string
  /** Of the record of the call. */
  callId: string
  /** Of the model's price. */
  priceFactor: number
  /** In place of the booking, when the answer has been read or there is none: the batch books the call, with its outcome. */
  ended(reservation: Reservation, call: Call): void
}

export interface CallAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer | string | Readable
  /** Who answered; undefined = the sandbox. */
  provider?: string
  /** The model that answered, where it is not the one that was named. */
  model?: string
  /** The names of the accounts that were asked before. */
  tried?: readonly string[]
  /** How the call ended and what it cost, when its last byte has passed. */
  settled?: Promise<{ outcome: Call['outcome']; pricePoints: number }>
}

/** An account that answers calls. */
export interface CallMember extends Readonly<UsableAccount> {
  readonly models: readonly string[]
  readonly side: CallSide
  /** It is part of this process. */
  readonly isBuiltIn?: boolean
}

export interface Calls {
  /** Throws a PolyphonyError where there is no answer to pass on. */
  answer(request: CallRequest): Promise<CallAnswer>
  /** The models that a caller can name, as far as they are listed. */
  models(caller: Caller): string[]
  /** Whether an account would answer a call of a live key for this model, which may be in no list: a snapshot, a new one. */
  hasModel(caller: Caller, model: string): boolean
  /**
   * The language models that have an account and a price for this caller, by name. An account that serves a vendor's models by
   * the beginnings of their names stands for those of them that have a list price.
   */
  chatModels(caller: Caller): ChatModel[]
  /** How many calls are under way, those of batches apart. */
  underWay(): number
}

export interface CallsOptions {
  /** The accounts that a caller's calls may use. */
  membersFor(caller: Caller): readonly CallMember[]
  /** The accounts that such a caller may have in a moment. Default: none. */
  expectedFor?(caller: Caller): ExpectedAnswerers
  /** Which pools a tenant with accounts of its own uses; undefined for one without. */
  policyOf(tenantId: string): PoolPolicy | undefined
  settings: readonly ModelSetting[]
  /** Answers test keys. */
  sandbox: {
    models: readonly string[]
    loadModel(id: string): Promise<LanguageModelV4>
    /** Answers endpoints that are not translated; undefined for those that it does not. */
    targetFor(call: Pick<CallRequest, 'endpoint' | 'model'>): Target<CallMember> | undefined
  }
  allowances: Allowances
  /** Which accounts keep responses. */
  responses: StoredResponses
  tokens: TokenLimit
  /** The way to the vendor of an account, for a request with this trace. */
  streamFor(account: Pick<Account, 'id' | 'owner' | 'provider'>, traceparent: string | null): VendorStream
  download: Download
  recordEvent(account: string, event: AccountEvent): Promise<void>
  withoutSecrets(account: string, text: string): string
  limits: CallLimits
  /** How long an account is left alone before it is asked again, where the vendor does not say. Default: a quarter of a second. */
  pauseMs?: number | undefined
  clock: Clock
  log: Logger
}

/** The tokens a minute of a key. */
export interface TokenLimit {
  /** Sets aside what a call may use. Throws `rate_limited`. Each is ended by what it returns, with what was used. */
  take(caller: Caller, tokens: number): (used: number) => void
}

export interface CallLimits {
  /** How long a whole answer may take, and a streamed one until its beginning, with all accounts that are asked. */
  answerMs: number
  /** How long a streamed answer may send nothing, and its reader read nothing. */
  silenceMs: number
}

/** What is learnt of a call while it is answered. */
export interface Running {
  readonly request: CallRequest
  readonly startedAt: number
  readonly limits: CallLimits
  /** Ends when the caller leaves, and when there is no answer in time. */
  readonly signal: AbortSignal
  tried: CallTry[]
  triedNames: string[]
  firstByteMs: number | null
  /** The vendor's id of the answer, where the vendor keeps it. */
  responseId: string | null
  /** Notes that. */
  keeps(id: string, target: Target<CallMember>): void
  /** The ids of what the vendor keeps of the answer beside. */
  itemIds: readonly string[]
  /** Notes these, in place of those before. */
  keepsItems(ids: readonly string[], target: Target<CallMember>): void
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
/** An answer has some; each is a row in the database. */
const MAX_ITEM_IDS = 1_000

export function openCalls(options: CallsOptions): Calls & RealtimeRoutes {
  const { allowances, limits, pauseMs = PAUSE_MS, clock, log, download } = options
  let underWay = 0

  async function answer(request: CallRequest): Promise<CallAnswer> {
    const { caller } = request
    checkAllowed(request)
    const time = timeFor(request.signal, limits.answerMs)
    const running: Running = {
      request,
      startedAt: clock.now(),
      limits,
      signal: time.signal,
      tried: [],
      triedNames: [],
      firstByteMs: null,
      responseId: null,
      keeps(id, { member, model }) {
        running.responseId = id
        options.responses.note(caller, id, { account: member.record.id, model })
      },
      itemIds: [],
      keepsItems(ids, { member }) {
        running.itemIds = ids.slice(0, MAX_ITEM_IDS)
        options.responses.noteItems(caller, running.itemIds, member.record.id)
      },
    }
    try {
      return await (caller.mode === 'test' ? answerFromSandbox(running) : answerFromAccounts(running))
    } finally {
      time.end()
    }
  }

  async function answerFromAccounts(running: Running): Promise<CallAnswer> {
    const { request } = running
    const { caller } = request
    const { priced: all, prices, price } = pricedTargets(caller, request)
    const priced = request.names || request.format?.kept ? await keepersAmong(request, all, options.responses) : all
    const asked = priced.map((target) => prices.get(target))
    const book = booker(running, await reserve(caller, most(boundsOf(request), asked)))
    try {
      const { target, given } = await tryEach(running, priced, (one) => ask(running, one))
      const settled = settle(given, book, { target, price: prices.get(target) ?? price })
      const model = target.model === request.model ? {} : { model: target.model }
      const { provider } = target.member.record
      return { ...given, ...model, settled, provider, tried: running.triedNames }
    } catch (error) {
      throw refused(running, error, (end) => book({ ...end, target: null, price }))
    }
  }

  /** The accounts that can answer a request and whose price is known. Throws where there is none. */
  function pricedTargets(caller: Caller, request: Pick<CallRequest, 'model' | 'endpoint' | 'format' | 'batched'>) {
    const route = routeModel(request.model, options.membersFor(caller), options.settings, {
      expected: () => options.expectedFor?.(caller) ?? [],
    })
    const able = inPool(route.targets, options.policyOf(caller.tenantId)).filter((target) => canAnswer(target, request))
    const [any] = able
    if (!any)
      throw route.targets.some((target) => canAnswer(target, request)) ? outOfPool(request) : noWay(request, route)
    const prices = new Map(able.map((target) => [target, priceOf(route, target, request.batched?.priceFactor)]))
    const priced = able.filter((target) => prices.get(target) !== undefined)
    const price = priced[0] && prices.get(priced[0])
    if (!price) throw unpriced(any)
    return { priced, prices, price }
  }

  async function answerFromSandbox(running: Running): Promise<CallAnswer> {
    const answerIt = sandboxWay(running)
    const book = booker(running, await reserve(running.request.caller, most(boundsOf(running.request), [])))
    try {
      const given = await answerIt()
      return { ...given, settled: settle(given, book, { target: null, price: {} }) }
    } catch (error) {
      throw refused(running, error, (end) => book({ ...end, target: null, price: {} }))
    }
  }

  /** Books a call when its answer has ended, however it does. */
  function settle(
    { ended, status }: TargetAnswer,
    book: ReturnType<typeof booker>,
    asked: Pick<Parameters<typeof book>[0], 'target' | 'price'>,
  ): NonNullable<CallAnswer['settled']> {
    return ended.then(
      (end) => book({ ...end, ...asked, status }),
      (error: unknown) => {
        log.error({ err: error }, 'a call ended in an unknown way')
        return book({ outcome: 'cut', usage: undefined, ...asked, status })
      },
    )
  }

  /** Sets aside the tokens and the points that a call may use. */
  async function reserve(caller: Caller, { price, tokens }: { price: Points; tokens: number }): Promise<Reserved> {
    const settleTokens = options.tokens.take(caller, tokens)
    try {
      return { money: await allowances.reserve(caller, price), settleTokens }
    } catch (error) {
      settleTokens(0)
      throw error
    }
  }

  /** How the sandbox answers: what is translated by a model of its own, the rest by what is in this process. */
  function sandboxWay(running: Running): () => Promise<TargetAnswer> {
    const { format, model, endpoint } = running.request
    if (format)
      return async () => {
        const { options: asked } = format.read(running.request.json ?? {})
        return translated(running, format, await options.sandbox.loadModel(model), { options: asked, download })
      }
    const target = options.sandbox.targetFor(running.request)
    if (!target) throw new PolyphonyError('not_found', `The sandbox does not answer ${endpoint}.`)
    const other = target.model === model ? {} : { model: target.model }
    return async () => ({ ...(await ask(running, target)), ...other })
  }

  /** Asks one account after the other until one answers. Throws the error of the last. */
  async function tryEach<Given>(
    running: Trying,
    targets: readonly Target<CallMember>[],
    ask: (target: Target<CallMember>) => Promise<Given>,
  ): Promise<{ target: Target<CallMember>; given: Given }> {
    let failure: PolyphonyError | undefined
    for (const target of inTurn(targets, () => failure)) {
      if (failure && targets.length === 1) await sleep(Math.max(pauseMs, askedPause(failure)), running.signal)
      const { record } = target.member
      try {
        const given = await ask(target)
        if (record.state !== 'connected' || record.troubles > 0) void options.recordEvent(record.id, { kind: 'worked' })
        return { target, given }
      } catch (error) {
        if (isOfRequest(error)) throw error
        if (running.signal.aborted && isOver(running.signal.reason)) failure = running.signal.reason
        else if (running.signal.aborted) throw left()
        else failure = vendorFailure(error)
        const reason = options.withoutSecrets(record.id, failure.message)
        failure = new PolyphonyError(failure.code, publicWords(target, failure, reason), {
          ...failure.details,
          cause: error,
        })
        const event = eventOf(failure, reason)
        if (event) void options.recordEvent(record.id, event)
        running.tried.push({ account: record.id, reason })
        running.triedNames.push(record.name)
        log.info(
          { account: record.id, model: target.model, code: failure.code, reason },
          'an account did not answer a call',
        )
        if (running.signal.aborted || !isWorthAnother(failure)) throw failure
      }
    }
    throw failure ?? new PolyphonyError('no_provider', 'No account could be asked.')
  }

  async function ask(running: Running, target: Target<CallMember>): Promise<TargetAnswer> {
    const { request } = running
    const { account, side } = target.member
    const send = side.send ?? options.streamFor(account, request.traceparent ?? null)
    const url = side.urlOf(request.endpoint, target.model, account.settings)
    if (url !== undefined) return passThrough(running, target, { url, send })
    if (!request.format)
      throw new PolyphonyError('no_provider', `${account.provider} does not answer ${request.endpoint}.`)
    return askInOtherFormat(running, target, { format: request.format, send })
  }

  async function askInOtherFormat(
    running: Running,
    { member: { account, side }, model: name }: Target<CallMember>,
    { format, send }: { format: Format; send: VendorStream },
  ): Promise<TargetAnswer> {
    const { request } = running
    const asked = format.read(request.json ?? {}, side.apiOf(account.settings))
    const fetch = streamingFetch(send, request.isStreamed ? { silenceMs: limits.silenceMs } : {})
    const model = await side.loadModel({
      model: name,
      settings: account.settings,
      fetch: refusingDropped(fetch, asked),
    })
    return translated(running, format, model, { options: asked.options, download })
  }

  /** Returns the function that books the call, once. */
  function booker(running: Running, { money, settleTokens }: Reserved) {
    const { request, startedAt } = running
    const { batched } = request
    if (!batched) underWay += 1
    return (end: {
      outcome: Call['outcome']
      usage: Usage | undefined
      target: Target<CallMember> | null
      price: ModelPrice
      status: number
      errorCode?: string | null
    }): { outcome: Call['outcome']; pricePoints: number } => {
      const { caller } = request
      const account = end.target?.member.record ?? null
      const pricePoints = caller.mode === 'test' || !end.usage ? points(0) : priceOfUsage(end.usage, end.price)
      settleTokens(tokensIn(end.usage ?? {}))
      const call: Call = {
        id: batched?.callId ?? newId(startedAt),
        tenantId: caller.tenantId,
        keyId: caller.keyId,
        mode: caller.mode,
        requestId: request.requestId,
        endpoint: request.endpoint,
        model: request.model,
        batchId: batched?.batchId ?? null,
        responseId: running.responseId,
        ...(running.itemIds.length === 0 ? {} : { itemIds: running.itemIds }),
        provider: account?.provider ?? null,
        account: account?.id ?? null,
        vendorModel: end.target?.model ?? null,
        status: end.status,
        outcome: end.outcome,
        errorCode: end.errorCode ?? null,
        isStreamed: request.isStreamed,
        usage: end.usage === undefined ? null : { ...end.usage },
        pricePoints,
        costPoints: null,
        tried: running.tried,
        createdAt: startedAt,
        firstByteMs: running.firstByteMs,
        durationMs: clock.now() - startedAt,
      }
      if (batched) batched.ended(money, call)
      else {
        underWay -= 1
        allowances.book(money, call)
      }
      return { outcome: end.outcome, pricePoints }
    }
  }

  /** Books a call that got no answer, and returns the error to throw. */
  function refused(
    { request, signal, triedNames }: Running,
    thrown: unknown,
    book: (end: { outcome: 'failed'; usage: undefined; status: number; errorCode: string }) => unknown,
  ): PolyphonyError {
    const hasLeft = signal.aborted && !isOver(signal.reason)
    const known = hasLeft ? left() : vendorFailure(thrown)
    const failure = new PolyphonyError(known.code, known.message, {
      ...known.details,
      cause: known.cause,
      tried: triedNames,
    })
    book({
      outcome: 'failed',
      usage: undefined,
      status: hasLeft ? LEFT_STATUS : (request.statusOf?.(failure) ?? failure.status),
      errorCode: hasLeft ? 'client_left' : failure.code,
    })
    return failure
  }

  return {
    answer,
    chatModels: (caller) => chatModelsFor(options, caller),
    underWay: () => underWay,
    tryEach,
    candidates(caller, model) {
      checkAllowed({ caller, model })
      const { priced, prices } = pricedTargets(caller, { model, endpoint: 'realtime' })
      const priceOfOther = (target: Target<CallMember>, other: string) =>
        priceOf({ targets: [], price: settingOf(other, options.settings)?.price }, { ...target, model: other })
      return {
        targets: priced,
        priceOf: (target, other) => (other === undefined ? prices.get(target) : priceOfOther(target, other)),
      }
    },
    models(caller) {
      const all =
        caller.mode === 'test' ? [...options.sandbox.models] : namesOf(options.membersFor(caller), options.settings)
      return all.filter((model) => mayUse(caller, model))
    },
    hasModel: (caller, model) => caller.mode === 'live' && isUsable(options, caller, model),
  }
}

/** A call that may cost more is refused for want of points all the same; allowances hold for 32 such calls, in a safe integer. */
const MOST_USD = 10_000_000

/**
 * What a call may cost at the account that is the dearest for it, as any of them may be the one that answers, and the most
 * tokens that it may use. Of several bounds, those without a price are not what is billed, and not counted.
 */
function most(
  bounds: readonly Usage[],
  prices: readonly (ModelPrice | undefined)[],
): { price: Points; tokens: number } {
  const costs = bounds.map((bound) => ({
    tokens: tokensIn(bound),
    usd: Math.max(0, ...prices.map((price) => (price ? usdOfUsage(bound, price) : 0))),
  }))
  const billed = costs.length === 1 ? costs : costs.filter(({ usd }) => usd > 0)
  return {
    price: usdToPoints(Math.min(MOST_USD, Math.max(0, ...billed.map(({ usd }) => usd)))),
    tokens: Math.max(0, ...billed.map(({ tokens }) => tokens)),
  }
}

/** What is set aside for a call. */
interface Reserved {
  money: Reservation
  settleTokens(used: number): void
}

export function tokensIn({ inputTokens = 0, outputTokens = 0 }: Usage): number {
  return inputTokens + outputTokens
}

/** Throws `forbidden` and `model_not_allowed`. */
export function checkAllowed({ caller, model }: Pick<CallRequest, 'caller' | 'model'>): void {
  if (caller.isFrozen) throw new PolyphonyError('forbidden', 'The account is frozen.')
  checkModelAllowed(caller, model)
}

function canAnswer(
  { member, model }: Target<CallMember>,
  { endpoint, format }: Pick<CallRequest, 'endpoint' | 'format'>,
): boolean {
  return format !== undefined || member.side.urlOf(endpoint, model, member.account.settings) !== undefined
}

function noWay(
  { endpoint, model }: Pick<CallRequest, 'endpoint' | 'model'>,
  { targets }: ModelRoute<CallMember>,
): PolyphonyError {
  const providers = [...new Set(targets.map(({ member }) => member.record.provider))].join(', ')
  // The caller's mistake, as for a name that is unknown: a client that sends it again gets the same.
  return new PolyphonyError('not_found', `${endpoint} is not answered for ${model}, which ${providers} has.`, {
    field: 'model',
  })
}

/** As for a model that is not there: only a change of settings would let another request pass. */
function outOfPool({ endpoint, model }: Pick<CallRequest, 'endpoint' | 'model'>): PolyphonyError {
  return new PolyphonyError(
    'not_found',
    `${endpoint} is answered for ${model} only by accounts that your tenant does not use.`,
    { field: 'model' },
  )
}

function unpriced({ model }: Target<CallMember>): PolyphonyError {
  return new PolyphonyError(
    'not_found',
    `The model ${model} has no list price here. Set one in POLYPHONY_MODELS, or use another model.`,
    { field: 'model' },
  )
}

/** The most that a call is taken to use before it is made, by each of the ways in which it may be billed. */
function boundsOf({ format, json, bound, body }: CallRequest): readonly Usage[] {
  if (bound) return 'length' in bound ? bound : [bound]
  if (!format || !json) return [{ inputTokens: Math.ceil(body.byteLength / CHARACTERS_PER_TOKEN) }]
  return [boundOf(format, json)]
}

function boundOf(format: Format, json: JsonObject): Usage {
  const {
    maxOutputTokens = USUAL_OUTPUT_TOKENS,
    inputCharacters,
    images,
    audioBytes,
    choices,
    serviceTier,
    tools,
    cacheWrite,
    mayAnswerAudio,
  } = format.boundOf(json)
  const inputAudioTokens = Math.ceil(audioBytes / BYTES_PER_AUDIO_TOKEN)
  const inputTokens = Math.ceil(inputCharacters / CHARACTERS_PER_TOKEN) + images * TOKENS_PER_IMAGE + inputAudioTokens
  const written = inputTokens - inputAudioTokens
  const outputTokens = maxOutputTokens * choices
  return {
    inputTokens,
    ...(inputAudioTokens > 0 ? { inputAudioTokens } : {}),
    outputTokens,
    // Without a price of their own these cost what other output does.
    ...(mayAnswerAudio ? { outputAudioTokens: outputTokens } : { imageTokens: outputTokens }),
    ...(cacheWrite ? { cachedWriteTokens: written } : {}),
    ...(cacheWrite === 'hour' ? { cachedWriteHourTokens: written } : {}),
    ...(serviceTier ? { serviceTier } : {}),
    ...tools,
  }
}

/** The gateway itself refused a field before the account was asked; what a vendor refuses is in its words, without one. */
function isOfRequest(error: unknown): error is PolyphonyError {
  return error instanceof PolyphonyError && error.code === 'invalid_input' && error.details.field !== undefined
}

/** How often one account is asked where no other has the model. */
const TRIES_OF_ONE = 3
const PAUSE_MS = 250
/** A vendor that wants a longer pause is not waited for: the caller gets its `Retry-After`. */
const MAX_PAUSE_MS = 2 * SECOND_MS

/** Each account once; a single one again, as long as that may help. */
function* inTurn<Each>(targets: readonly Each[], failure: () => PolyphonyError | undefined): Generator<Each> {
  yield* targets
  const [only] = targets
  for (let tries = 1; targets.length === 1 && only !== undefined && tries < TRIES_OF_ONE; tries++) {
    const last = failure()
    if (!last || !isWorthAgain(last)) return
    yield only
  }
}

/** The pause that the vendor asks for. */
function askedPause({ details }: PolyphonyError): number {
  return SECOND_MS * (details.retryAfterSeconds ?? 0)
}

/** Whether the same account may answer a moment later: not where it has been waited for long enough. */
function isWorthAgain(failure: PolyphonyError): boolean {
  const { code, cause } = failure
  if (askedPause(failure) > MAX_PAUSE_MS || isTimeout(cause)) return false
  return code === 'account_busy' || code === 'vendor_unreachable' || code === 'vendor_silent'
}

/** Whether another account may answer. */
function isWorthAnother({ code }: PolyphonyError): boolean {
  return [
    'account_busy',
    'account_refused',
    'vendor_unreachable',
    'vendor_silent',
    'unknown_operation',
    'output_unusable',
  ].includes(code)
}

/** What an account's owner sees of the failure. */
function eventOf({ code, details }: PolyphonyError, reason: string): AccountEvent | undefined {
  switch (code) {
    case 'account_busy': {
      const { retryAfterSeconds } = details
      return {
        kind: 'limited',
        reason,
        retryAfterMs: retryAfterSeconds === undefined ? null : retryAfterSeconds * SECOND_MS,
      }
    }
    case 'account_refused':
      return { kind: 'refused', reason, lacks: details.lacks ?? 'credential' }
    case 'vendor_unreachable':
    case 'vendor_silent':
    case 'output_unusable':
      return { kind: 'broke', reason }
    default:
      return undefined
  }
}

/** What a vendor says of a credential repeats parts of it, or of its owner: only the owner of the account reads that. */
function publicWords({ member }: Target<CallMember>, { code }: PolyphonyError, reason: string): string {
  if (code !== 'account_refused' || member.account.owner === 'tenant') return reason
  return `The gateway's account at ${member.record.provider} is refused there. The operator of the gateway can see why.`
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {}) // the caller checks the signal next
}

/** The caller is not there to read it: it is for the record. 499 is what proxies write there. */
function left(): PolyphonyError {
  return new PolyphonyError('timed_out', LEFT)
}

const LEFT = 'The caller left before the answer.'
export const LEFT_STATUS = 499
