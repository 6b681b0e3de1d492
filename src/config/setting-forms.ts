import { isIP } from 'node:net'
import { isAbsolute } from 'node:path'
import ipaddr from 'ipaddr.js'
import type { JsonObject } from '../core/json.ts'
import { type Points, points } from '../core/points.ts'
import { postgresUrlFault } from '../core/postgres-url.ts'
import { ConfigError } from './config-error.ts'
import { MIN_SECRET_LENGTH } from './kept-secret.ts'
import { collect, list, type Setting } from './setting.ts'
import { hasDuplicates } from './yaml-file.ts'

const MIN_KEY_LENGTH = 16

/** A price that the operator sets: points per task, or a factor on the list price. */
export interface Price {
  /** An operation (`model/task_type`), a model, or "*". */
  of: string
  factor?: number
  points?: Points
}

/** A provider in the operator's order, with how many tasks its account of the environment runs at once. */
export interface PreferredProvider {
  id: string
  slots: number | undefined
}

const PRICE_SCHEMA: JsonObject = {
  type: 'object',
  additionalProperties: { type: ['integer', 'string'], minimum: 0, pattern: '^x\\d+(\\.\\d+)?$' },
}

/** `{"suno/music": 500000, "kling": "x1.2", "*": "x1.1"}`: whole points a task, or a factor. */
export function prices(): Setting<readonly Price[]> {
  return {
    what: 'Points per task, or factors such as "x1.2", by operation, model or "*".',
    shownDefault: 'list prices',
    fallback: [],
    isSecret: false,
    schema: PRICE_SCHEMA,
    parse: (text, name) =>
      collect(Object.entries(tableIn(text, name)), ([of, value]) => {
        if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return { of, points: points(value) }
        const factor = typeof value === 'string' && /^x\d+(\.\d+)?$/.test(value) ? Number(value.slice(1)) : 0
        if (factor > 0 && factor <= 1_000) return { of, factor }
        const shown = JSON.stringify(value)
        throw new ConfigError(`${name}: "${of}" must be whole points or a factor such as "x1.2", not ${shown}.`)
      }),
  }
}

function tableIn(text: string, name: string): Record<string, unknown> {
  let table: unknown
  try {
    table = JSON.parse(text)
  } catch (error) {
    throw new ConfigError(`${name} must be a JSON object.`, { cause: error })
  }
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw new ConfigError(`${name} must be a JSON object.`)
  }
  if (hasDuplicates(text)) throw new ConfigError(`${name} has the same name twice; keep one.`)
  return { ...table }
}

/** `0` and `127.1`, which the operating system takes for 0.0.0.0 and 127.0.0.1. */
const SHORT_ADDRESS = /^(0|127(\.\d{1,3}){1,2})$/

const isHostName = (text: string): boolean =>
  !/^[\d.]+$/.test(text) && text.split('.').every((label) => /^\w[\w-]{0,62}$/.test(label))

/** An address, in brackets as in a URL or without, or a name of this machine. */
export function host(text: string, name: string): string {
  const bare = /^\[(.+)\]$/.exec(text)?.[1] ?? text
  if (isIP(bare) > 0 || SHORT_ADDRESS.test(bare) || isHostName(bare)) return bare
  throw new ConfigError(
    `${name} must be an address such as 127.0.0.1 or ::1, 0.0.0.0 for all of this machine, or one of its names, not "${text}".`,
  )
}

/** A path as the operating system takes it. */
export function folder(text: string, name: string): string {
  if (/^~(\/|$)/.test(text)) {
    throw new ConfigError(`${name}: "${text}" begins with "~", which only a shell replaces; write the whole path.`)
  }
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(text))
    throw new ConfigError(`${name} must be a path, not a URL such as "${text}".`)
  return text
}

/** `luma:20` or `luma`. */
export function provider(text: string, name: string): PreferredProvider {
  const [, id, slots] = /^([a-z0-9-]+)(?::([1-9]\d{0,5}))?$/.exec(text) ?? []
  if (id === undefined) {
    throw new ConfigError(`${name}: "${text}" must be a provider's id, or one with slots such as "luma:20".`)
  }
  return { id, slots: slots === undefined ? undefined : Number(slots) }
}

export function databaseUrl(text: string, name: string): string {
  if (!/^postgres(ql)?:\/\//.test(text)) {
    throw new ConfigError(`${name} must begin with postgres:// or postgresql://; leave it out for SQLite.`)
  }
  const fault = postgresUrlFault(text)
  if (fault !== undefined) throw new ConfigError(`${name} ${fault}`)
  return text
}

/** Of a program: one that is looked for would not be the same for every way to start the server. */
export function programPath(text: string, name: string): string {
  if (!isAbsolute(text)) throw new ConfigError(`${name} must be the absolute path of a program, not "${text}".`)
  return text
}

export function publicUrl(text: string, name: string): string {
  if (!(/^https?:\/\//.test(text) && URL.canParse(text))) {
    throw new ConfigError(`${name} must be an http or https URL, not "${text}".`)
  }
  return text.replace(/(?<!\/)\/+$/, '')
}

/** The gateway's own address: a path in it is the beginning of the paths of all routes. */
export function gatewayUrl(text: string, name: string): string {
  const { origin, pathname, search, hash, username, password } = new URL(publicUrl(text, name))
  if (search !== '' || hash !== '' || username !== '' || password !== '') {
    throw new ConfigError(`${name} may have a host, a port and a path, and nothing else.`)
  }
  const [, ...parts] = pathname.replace(/\/$/, '').split('/')
  if (!parts.every((part) => /^[\w.~-]+$/.test(part))) {
    throw new ConfigError(
      `${name}: its path may have letters, digits and - . _ ~ between single slashes, not "${pathname}".`,
    )
  }
  return origin + pathname.replace(/\/$/, '')
}

export function chosenKey(text: string, name: string): string {
  if (!/^[\x21-\x7e]+$/.test(text)) throw new ConfigError(`${name} must be visible ASCII characters, without spaces.`)
  if (text.length < MIN_KEY_LENGTH) throw new ConfigError(`${name} must have at least ${MIN_KEY_LENGTH} characters.`)
  return text
}

export function chosenSecret(text: string, name: string): string {
  if (text.length >= MIN_SECRET_LENGTH) return text
  throw new ConfigError(
    `${name} must have at least ${MIN_SECRET_LENGTH} characters. If a shorter one was in use, name that one in ` +
      `${name}_EARLIER.`,
  )
}

/** As `src/people` requires of every password. */
export function chosenPassword(text: string, name: string): string {
  const { length } = [...text]
  if (length >= 8 && length <= 128) return text
  throw new ConfigError(`${name} must have 8 to 128 characters.`)
}

export function mailBox(text: string, name: string): string {
  if (/^[^\s@<>"]+@[^\s@<>"]+$/.test(text)) return text
  throw new ConfigError(`${name} must be an e-mail address, not "${text}".`)
}

/** Where an e-mail goes: the server of the sender, and the addresses. */
export interface MailAddress {
  /** `smtp://` or `smtps://`, with user and password where the server asks for them. */
  server: string
  from: string
  to: string
}

/** In a query a plus is a space, which the part of an address before the "@" cannot have. */
const PLUS_OF_ADDRESS = /\+(?=[^\s&<>,;%]{1,64}@)/g

/** `smtps://user:password@mail.example?from=gateway@example.org&to=ops@example.org,boss@example.org` */
export function mailUrl(text: string, name: string): MailAddress {
  const url = /^smtps?:\/\//.test(text) ? URL.parse(text.replaceAll(PLUS_OF_ADDRESS, '%2B')) : null
  const from = url?.searchParams.get('from')
  const to = url?.searchParams.get('to')
  if (!url || !from?.includes('@') || !to?.includes('@')) {
    throw new ConfigError(`${name} must be written as smtps://user:password@host?from=a@example.org&to=b@example.org.`)
  }
  url.searchParams.delete('from')
  url.searchParams.delete('to')
  return { server: url.href, from, to }
}

/** A port that a program can name: 0, any free one, would be found by no one. */
export function port(text: string, name: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 65_535) return value
  throw new ConfigError(`${name} must be a whole number from 1 to 65535, not "${text}".`)
}

/** Origins such as `https://app.example`, `*` for all, or `off` for none. */
export function origins(): Setting<readonly string[]> {
  const all = list('Origins whose web pages may call the API; "off" for none.', origin, { shownDefault: '*' })
  return {
    ...all,
    fallback: ['*'],
    parse: (text, name) => (text.trim() === 'off' ? [] : all.parse(text, name)),
  }
}

function origin(text: string, name: string): string {
  const isOrigin = text === '*' || (URL.canParse(text) && new URL(text).origin === text)
  if (isOrigin) return text
  throw new ConfigError(`${name}: "${text}" is no origin such as https://app.example, nor "*".`)
}

/** An address, or a CIDR. */
export function proxy(text: string, name: string): string {
  if (ipaddr.isValid(text) || ipaddr.isValidCIDR(text)) return text
  throw new ConfigError(`${name}: "${text}" is neither an address nor a CIDR such as 10.0.0.0/8.`)
}

export function cidr(text: string, name: string): string {
  if (!ipaddr.isValidCIDR(text)) throw new ConfigError(`${name}: "${text}" is no CIDR such as 10.0.0.0/8.`)
  return text
}
