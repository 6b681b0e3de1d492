import { invalidInput } from '../core/errors.ts'
import { isJsonObject, type Json } from '../core/json.ts'
import type { AccountField, ProviderManifest } from '../providers/provider.ts'

/** The longest value: a key in a file, such as that of a service account, has some thousand characters. */
const MAX_VALUE_LENGTH = 16_384

/** Whether a field holds an address, by the naming rule of manifests. */
export function isAddress({ name }: AccountField): boolean {
  return /url$/i.test(name)
}

/**
 * The fields of an account's credential as they are to be sealed: those in `given` replace those in `before`, null removes
 * one. Throws `invalid_input`, naming the field; whether an address may be reached is for the caller to check.
 */
export function readFields(
  manifest: ProviderManifest,
  given: Json,
  before: Record<string, string> = {},
): Record<string, string> {
  if (!isJsonObject(given)) throw invalidInput('fields', 'must be an object')
  const merged = { ...before }
  for (const [name, value] of Object.entries(given)) {
    const field = manifest.fields.find((one) => one.name === name)
    if (!field) {
      const names = manifest.fields.map((one) => one.name).join(', ')
      throw invalidInput(`fields.${name}`, `is not a field of ${manifest.title}; allowed: ${names}`)
    }
    if (value === null || value === '') delete merged[name]
    else merged[name] = readValue(field, value)
  }
  checkComplete(manifest, merged)
  checkMove(manifest, Object.keys(given), before, merged)
  return merged
}

/** Messages do not repeat the value: it may be a secret. */
function readValue(field: AccountField, value: Json): string {
  const at = `fields.${field.name}`
  if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH) {
    throw invalidInput(at, `must be a string of at most ${MAX_VALUE_LENGTH} characters`)
  }
  // A value that no header can carry would break every call, with an error that repeats it.
  if (!/^[\x20-\x7e]*$/.test(value)) throw invalidInput(at, 'must be one line of ASCII characters')
  if (value.trim() !== value) throw invalidInput(at, 'must not begin or end with a space')
  if (isAddress(field)) checkAddress(at, value)
  return value
}

function checkAddress(at: string, value: string): void {
  const url = URL.parse(value)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw invalidInput(at, 'must be an http or https URL')
  // Addresses are shown to managers, so a password in one would not be protected.
  if (url.username !== '' || url.password !== '') throw invalidInput(at, 'must not hold a user name or password')
}

function checkComplete({ title, fields }: ProviderManifest, settings: Record<string, string>): void {
  const missing = fields.find((field) => field.default === undefined && settings[field.name] === undefined)
  if (missing) throw invalidInput(`fields.${missing.name}`, `is required by ${title}`)
  const secrets = fields.filter((field) => field.isSecret)
  const isOptional = fields.every((field) => field.default !== undefined)
  if (isOptional && !secrets.some(({ name }) => settings[name] !== undefined)) {
    throw invalidInput('fields', `must hold a credential: ${secrets.map(({ name }) => name).join(' or ')}`)
  }
}

/** A stored credential is sent to no other address than the one it was given for: that would be a way to read it. */
function checkMove(
  { fields }: ProviderManifest,
  given: string[],
  before: Record<string, string>,
  after: Record<string, string>,
): void {
  if (!fields.some((field) => isAddress(field) && before[field.name] !== after[field.name])) return
  const kept = fields.find(({ name, isSecret }) => isSecret && before[name] !== undefined && !given.includes(name))
  if (kept) throw invalidInput(`fields.${kept.name}`, 'must be given again together with a new address')
}
