import type { AccountRecord } from '../core/account.ts'
import { PolyphonyError } from '../core/errors.ts'
import { fits } from '../core/model-name.ts'
import type { ModelPrice, ModelSetting, ModelTarget } from '../core/usage.ts'

/** What routing knows of an account that answers calls. */
export interface Answerer {
  readonly record: Pick<AccountRecord, 'id' | 'name' | 'provider' | 'state' | 'priority' | 'weight' | 'isDraining'>
  /** Names of models, or beginnings of names with "*". */
  readonly models: readonly string[]
  /** It is part of this process, and there without being configured. */
  readonly isBuiltIn?: boolean
}

/** An account to be asked for a model, by the name that its provider has for it. */
export interface Target<Member extends Answerer = Answerer> {
  readonly member: Member
  readonly model: string
}

export interface ModelRoute<Member extends Answerer = Answerer> {
  /** In the order in which they are tried. */
  readonly targets: readonly Target<Member>[]
  /** That of the operator, if there is one. */
  readonly price: ModelPrice | undefined
}

/** Accounts that are not there now and may be in a moment; `unknown` where it is not known which. */
export type ExpectedAnswerers = readonly Answerer[] | 'unknown'

export interface RouteOptions {
  random?: () => number
  expected?: () => ExpectedAnswerers
}

/** How many models may follow one another. */
const MAX_FALLBACKS = 8

/**
 * The accounts that may answer a model, in the order in which they are tried: those of a higher priority first, and among
 * equals at random by weight; then the model's fallbacks in the same way. Accounts that are paused come last. Throws
 * `no_provider` where all of them are switched off for now or are not found now, and `not_found` for a model that no account
 * has, as vendors answer a name that they do not know: clients send again what fails with 5xx.
 */
export function routeModel<Member extends Answerer>(
  model: string,
  members: readonly Member[],
  settings: readonly ModelSetting[],
  { random = Math.random, expected }: RouteOptions = {},
): ModelRoute<Member> {
  const targets: Target<Member>[] = []
  const queue = [model]
  const seen = new Set<string>()
  let isServed = false
  for (let next = queue.shift(); next !== undefined && seen.size < MAX_FALLBACKS; next = queue.shift()) {
    if (seen.has(next)) continue
    seen.add(next)
    const setting = settingOf(next, settings)
    const serving = targetsOf(next, members, setting)
    isServed ||= serving.length > 0
    targets.push(...inOrder(serving, random))
    queue.push(...(setting?.fallback ?? []))
  }
  if (targets.length === 0) {
    if (isServed) throw switchedOff(model)
    throw isExpected(model, settings, expected?.()) ? notFoundNow(model) : unknownModel(model, members, settings)
  }
  return { targets, price: settingOf(model, settings)?.price }
}

/** The models that callers can name, without patterns. */
export function listModels(members: readonly Answerer[], settings: readonly ModelSetting[]): string[] {
  const names = [...settings.map(({ name }) => name), ...members.flatMap(({ models }) => models)]
  return [...new Set(names.filter((name) => !name.endsWith('*')))].sort()
}

/** The setting with this name, else the one with the longest beginning of it. */
export function settingOf(model: string, settings: readonly ModelSetting[]): ModelSetting | undefined {
  let best: ModelSetting | undefined
  for (const setting of settings) {
    if (fits(setting.name, model) && (!best || rank(setting.name) > rank(best.name))) best = setting
  }
  return best
}

function rank(name: string): number {
  return name.endsWith('*') ? name.length : Number.POSITIVE_INFINITY
}

interface Weighted<Member extends Answerer> extends Target<Member> {
  weight: number
}

function targetsOf<Member extends Answerer>(
  model: string,
  members: readonly Member[],
  setting: ModelSetting | undefined,
): Weighted<Member>[] {
  if (setting && setting.to.length > 0) return setting.to.flatMap((to) => named(to, model, members))
  const serving = members.filter(({ models }) => models.some((pattern) => fits(pattern, model)))
  if (serving.length > 0) return serving.map((member) => ({ member, model, weight: member.record.weight }))
  // `anthropic/claude-sonnet-4-5`: a provider and its own name of the model.
  const [provider = '', ...rest] = model.split('/')
  if (rest.length === 0) return []
  const name = rest.join('/')
  const all = named({ provider, model: name, weight: 1 }, model, members)
  // Accounts of one provider may differ in what they serve; a name that none of them lists may be new.
  const listing = all.filter(({ member: { models } }) => models.some((pattern) => fits(pattern, name)))
  return listing.length > 0 ? listing : all
}

function named<Member extends Answerer>(
  { account, provider, model, weight }: ModelTarget,
  asked: string,
  members: readonly Member[],
): Weighted<Member>[] {
  const fitting = members.filter(
    ({ record, models }) =>
      (account === undefined || record.id === account || record.name === account) &&
      (provider === undefined || record.provider === provider) &&
      // A target that names neither matches every account that serves the model.
      (account !== undefined || provider !== undefined || models.some((one) => fits(one, model ?? asked))),
  )
  return fitting.map((member) => ({ member, model: model ?? asked, weight: weight * member.record.weight }))
}

/** Those of the highest priority first; among equals a draw by weight. What is paused comes last, and switched off never. */
function inOrder<Member extends Answerer>(
  targets: readonly Weighted<Member>[],
  random: () => number,
): Target<Member>[] {
  const usable = targets.filter(({ member }) => member.record.state !== 'disabled' && !member.record.isDraining)
  if (usable.length < 2) return usable
  const drawn = usable
    // Exponential waiting times: the order of the shortest is a draw without replacement by weight.
    .map((target) => ({ target, wait: -Math.log(1 - random()) / Math.max(target.weight, Number.MIN_VALUE) }))
  const isPaused = ({ member }: Target) => Number(member.record.state !== 'connected')
  return drawn
    .toSorted(
      (a, b) =>
        isPaused(a.target) - isPaused(b.target) ||
        b.target.member.record.priority - a.target.member.record.priority ||
        a.wait - b.wait,
    )
    .map(({ target: { member, model } }) => ({ member, model }))
}

function isExpected(model: string, settings: readonly ModelSetting[], expected: ExpectedAnswerers = []): boolean {
  if (expected === 'unknown') return true
  const names = [model, ...(settingOf(model, settings)?.fallback ?? [])]
  return names.some((name) => targetsOf(name, expected, settingOf(name, settings)).length > 0)
}

/** No fault of the request's: it is answered again when the server is found. */
function notFoundNow(model: string): PolyphonyError {
  return new PolyphonyError(
    'no_provider',
    `No account has a model ${model} now. Servers on this machine are being looked for.`,
  )
}

/** No fault of the request's: it is answered again when an account is switched on. */
function switchedOff(model: string): PolyphonyError {
  return new PolyphonyError('no_provider', `Every account that has ${model} is switched off.`)
}

function unknownModel(model: string, members: readonly Answerer[], settings: readonly ModelSetting[]): PolyphonyError {
  if (members.every(({ isBuiltIn }) => isBuiltIn)) {
    const here = listModels(members, settings)
    return new PolyphonyError(
      'not_found',
      `No account is configured for calls, so ${model} is not available. Set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, or connect an account.${here.length === 0 ? '' : ` This process has ${here.join(', ')} itself.`}`,
      { field: 'model' },
    )
  }
  const known = listModels(members, settings)
  const some = known.length === 0 ? '' : ` There are, among others: ${known.slice(0, 10).join(', ')}.`
  return new PolyphonyError('not_found', `No account has a model ${model}.${some}`, { field: 'model' })
}
