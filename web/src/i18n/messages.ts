import { ApiError } from '../api/client.ts'
import { getMessages, translate } from './i18n.ts'
import { translatedBy } from './templates.ts'

/** What went wrong, in the language that is shown as far as it is known there; a vendor's own words stay as they are. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof ApiError)) return isGoneScript(message) ? translate('common.outdated') : message
  if (error.code === 'unreachable') return translate('common.unreachable')
  const messages = getMessages()
  if (!messages) return message
  const kind = messages.codes[error.code]
  return translatedBy(messages.texts, message) ?? (kind === undefined ? message : `${kind}：${message}`)
}

/** What browsers say of a script that did not come, each in its own words; where the gateway is there, it has been upgraded. */
const isGoneScript = (message: string): boolean =>
  /dynamically imported module|Importing a module script failed/.test(message)

/** A sentence of the gateway in the language that is shown, or as it is. */
export function translateMessage(message: string): string {
  return translatedBy(getMessages()?.texts ?? [], message) ?? message
}
