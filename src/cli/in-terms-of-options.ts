import type { Command } from 'commander'
import { PolyphonyError } from '../core/errors.ts'

/** Fields of verbs whose options have another name; all others are called as they are. */
const OPTION_OF: Readonly<Record<string, string>> = {
  requests_per_minute: 'rpm',
  tokens_per_minute: 'tpm',
  max_concurrent: 'concurrency',
  spend_limit_usd: 'spend-limit',
  daily_limit_usd: 'daily-limit',
  monthly_limit_usd: 'monthly-limit',
  expires_at: 'expires',
  grace_seconds: 'grace',
  key: 'key-id',
  mode: 'test',
  begins_at: 'from',
  ends_at: 'until',
  record_days: 'records',
  media_days: 'media',
  upload_hours: 'uploads',
  call_file_days: 'call-files',
  allowed_models: 'models',
  rules: 'file',
}

/** The same of arguments. */
const ARGUMENT_OF: Readonly<Record<string, string>> = {
  tenant: 'name or id',
  person: 'id or e-mail',
  rules: 'file',
  text: 'file',
  amount_usd: 'usd',
}

/** The error of a verb with the option or the argument of this command in place of the field, which is the API's. */
export function inTermsOfOptions(command: Command | undefined, error: unknown): unknown {
  if (!command || !(error instanceof PolyphonyError)) return error
  const { field } = error.details
  if (field === undefined || !error.message.startsWith(field)) return error
  // `limits[2]`, `credentials.apiKey`: the option is that of the whole.
  const [whole = ''] = field.split(/[.[]/, 1)
  const name = nameIn(command, whole)
  if (name === undefined) return error
  const rest = field.slice(whole.length)
  const message = `${name}${rest === '' ? '' : ` (${rest.replace(/^\./, '')})`}${error.message.slice(field.length)}`
  return new PolyphonyError(error.code, message, { ...error.details, cause: error.cause })
}

/** How the command calls a field: `--rpm`, or `<tenant>` of an argument; undefined where it has none for it. */
export function nameIn(command: Command, field: string): string | undefined {
  const names = [field.replaceAll('_', '-'), OPTION_OF[field] ?? []].flat().map((one) => `--${one}`)
  const option = command.options.find(({ long }) => long && names.includes(long))
  if (option?.long) return option.long
  const argument = command.registeredArguments.find(
    (one) => one.name() === ARGUMENT_OF[field] || one.name().split(' ').includes(field),
  )
  return argument && `<${argument.name()}>`
}
