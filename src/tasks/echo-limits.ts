import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'

/** As for the URL of a file in an input. */
const MAX_URL = 2_048
/** Characters of one field, as JSON: a prompt as the caller wrote it is the longest of them. */
const MAX_ECHO = 64 * 2 ** 10

/**
 * What a request leaves on its task beside the input: it is stored, and sent with every webhook. Throws `invalid_input`
 * and `payload_too_large`, naming the field.
 */
export function checkEcho({
  echo = {},
  webhook,
}: {
  echo?: JsonObject
  webhook?: { field: string; url: string } | undefined
}): void {
  if (webhook && webhook.url.length > MAX_URL) {
    const { field, url } = webhook
    throw new PolyphonyError('invalid_input', `${field} has at most ${MAX_URL} characters, not ${url.length}.`, {
      field,
    })
  }
  for (const [field, value] of Object.entries(echo)) {
    if (JSON.stringify(value).length <= MAX_ECHO) continue
    throw new PolyphonyError('payload_too_large', `${field} has at most ${MAX_ECHO} characters.`, { field })
  }
}
