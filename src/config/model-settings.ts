import type { JsonObject } from '../core/json.ts'
import type { ModelPrice, ModelSetting, ModelTarget } from '../core/usage.ts'
import { ConfigError } from './config-error.ts'
import { collect, type Setting } from './setting.ts'

const PRICES = [
  'input',
  'cachedRead',
  'cachedWrite',
  'cachedWriteHour',
  'output',
  'inputAudio',
  'outputAudio',
  'image',
  'character',
  'second',
  'webSearch',
  'searchedCall',
  'fileSearch',
  'codeContainer',
  'toolImage',
  'toolImageInput',
  'call',
  'priorityFactor',
  'flexFactor',
  'fastFactor',
] as const satisfies (keyof ModelPrice)[]

const SCHEMA: JsonObject = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    additionalProperties: false,
    properties: {
      to: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          properties: {
            account: { type: 'string' },
            provider: { type: 'string' },
            model: { type: 'string' },
            weight: { type: 'number', minimum: 0 },
          },
        },
      },
      fallback: { type: 'array', items: { type: 'string' } },
      price: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(PRICES.map((name) => [name, { type: 'number', minimum: 0 }])),
      },
    },
  },
}

/** Names of models for calls: who answers them, what is tried after, and what they cost in USD a million. */
export function models(): Setting<readonly ModelSetting[]> {
  return {
    what: 'Names of models for calls: who answers them (`to`), what is tried next (`fallback`), and their `price`.',
    shownDefault: 'none',
    fallback: [],
    isSecret: false,
    schema: SCHEMA,
    parse: (text, name) =>
      collect(Object.entries(objectIn(jsonIn(text, name), name)), ([model, value]) =>
        settingOf(model, value, `${name}: "${model}"`),
      ),
  }
}

function settingOf(name: string, value: unknown, at: string): ModelSetting {
  const { to = [], fallback = [], price, ...others } = objectIn(value, at)
  refuseOthers(others, at)
  if (!Array.isArray(to)) throw new ConfigError(`${at}.to must be a list.`)
  if (!Array.isArray(fallback) || fallback.some((one) => typeof one !== 'string')) {
    throw new ConfigError(`${at}.fallback must be a list of models.`)
  }
  return {
    name,
    to: collect([...to.entries()], ([index, one]) => targetOf(one, `${at}.to[${index}]`)),
    fallback: fallback as string[],
    ...(price === undefined ? {} : { price: priceOf(price, `${at}.price`) }),
  }
}

function targetOf(value: unknown, at: string): ModelTarget {
  const { account, provider, model, weight = 1, ...others } = objectIn(value, at)
  refuseOthers(others, at)
  for (const [name, one] of Object.entries({ account, provider, model })) {
    if (one !== undefined && typeof one !== 'string') throw new ConfigError(`${at}.${name} must be a text.`)
  }
  if (typeof weight !== 'number' || !(weight >= 0)) throw new ConfigError(`${at}.weight must be a number from 0.`)
  return {
    ...(typeof account === 'string' ? { account } : {}),
    ...(typeof provider === 'string' ? { provider } : {}),
    ...(typeof model === 'string' ? { model } : {}),
    weight,
  }
}

function priceOf(value: unknown, at: string): ModelPrice {
  const given = objectIn(value, at)
  const { ...others } = given
  for (const name of PRICES) delete others[name]
  refuseOthers(others, at)
  const wrong = Object.entries(given).find(([, one]) => typeof one !== 'number' || !(one >= 0))
  if (wrong)
    throw new ConfigError(
      `${at}.${wrong[0]} must be a number from 0${wrong[0].endsWith('Factor') ? '' : ': USD for a million'}.`,
    )
  return given as ModelPrice // its members were checked
}

function refuseOthers(others: Record<string, unknown>, at: string): void {
  const [name] = Object.keys(others)
  if (name !== undefined) throw new ConfigError(`${at} has "${name}", which is not known here.`)
}

function jsonIn(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ConfigError(`${name} must be a JSON object.`, { cause: error })
  }
}

function objectIn(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new ConfigError(`${at} must be an object.`)
}
