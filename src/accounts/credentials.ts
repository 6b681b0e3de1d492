import { isJsonObject, type Json } from '../core/json.ts'
import type { AccountField, ProviderManifest } from '../providers/provider.ts'
import { wrong } from './wishes.ts'

/** The longest value: a key in a file, such as that of a service account, has some thousand characters. */
const MAX_VALUE_LENGTH = 16_384
/** Shorter ones would blot out words that have nothing to do with them. */
const MIN_HIDDEN_LENGTH = 6

/** A field that holds an address: manifests name it so. */
export function isAddress({ name }: AccountField): boolean {
  return /url$/i.test(name)
}

/**
 * An account's fields as they are to be sealed: what was given over what was there before (null takes one away). Throws
 * `invalid_input`, naming the field; whether an address may be reached is for the caller to judge.
 */
export function readFields(
  manifest: ProviderManifest,
  given: Json,
  before: Record<string, string> = {},
): Record<string, string> {
  if (!isJsonObject(given)) throw wrong('fields', 'must be an object')
  const merged = { ...before }
  for (const [name, value] of Object.entries(given)) {
    const field = manifest.fields.find((one) => one.name === name)
    if (!field) {
      const names = manifest.fields.map((one) => one.name).join(', ')
      throw wrong(`fields.${name}`, `is no field of ${manifest.title}; it has ${names}`)
    }
    if (value === null || value === '') delete merged[name]
    else merged[name] = valueIn(field, value)
  }
  checkWhole(manifest, merged)
  checkMove(manifest, Object.keys(given), before, merged)
  return merged
}

function valueIn(field: AccountField, value: Json): string {
  const at = `fields.${field.name}`
  // The value is not repeated: it may be a secret.
  if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH) {
    throw wrong(at, `must be a text of at most ${MAX_VALUE_LENGTH} characters`)
  }
  // What no header can carry breaks every call, with an error that repeats it.
  if (!/^[\x20-\x7e]*$/.test(value)) throw wrong(at, 'must be one line of ASCII characters')
  if (value.trim() !== value) throw wrong(at, 'must not begin or end with a blank')
  if (isAddress(field)) {
    const url = URL.parse(value)
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw wrong(at, 'must be an http or https URL')
    // Addresses are shown, and what stands in them is not sealed.
    if (url.username !== '' || url.password !== '') throw wrong(at, 'must not hold a user name or password')
  }
  return value
}

function checkWhole({ title, fields }: ProviderManifest, settings: Record<string, string>): void {
  const missing = fields.find((field) => field.default === undefined && settings[field.name] === undefined)
  if (missing) throw wrong(`fields.${missing.name}`, `is required by ${title}`)
  const secrets = fields.filter((field) => field.isSecret)
  const isOptional = fields.every((field) => field.default !== undefined)
  if (isOptional && !secrets.some(({ name }) => settings[name] !== undefined)) {
    throw wrong('fields', `must hold a credential: ${secrets.map(({ name }) => name).join(' or ')}`)
  }
}

/** A stored credential goes to no other address than the one it was given for: that would be a way to read it. */
function checkMove(
  { fields }: ProviderManifest,
  given: string[],
  before: Record<string, string>,
  after: Record<string, string>,
): void {
  if (!fields.some((field) => isAddress(field) && before[field.name] !== after[field.name])) return
  const kept = fields.find(({ name, isSecret }) => isSecret && before[name] !== undefined && !given.includes(name))
  if (kept) throw wrong(`fields.${kept.name}`, 'must be given again together with a new address')
}

/** The text without the secrets of an account: some vendors repeat in an error the key that they were sent. */
export function hideSecrets(
  text: string,
  manifest: ProviderManifest,
  settings: Readonly<Record<string, string>>,
): string {
  const secrets = manifest.fields.flatMap(({ name, isSecret }) => (isSecret ? (settings[name] ?? '') : ''))
  return secrets.reduce(
    (hidden, secret) => (secret.length < MIN_HIDDEN_LENGTH ? hidden : hidden.replaceAll(secret, '…')),
    text,
  )
}
