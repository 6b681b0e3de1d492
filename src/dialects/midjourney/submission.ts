import { getOperation } from '../../catalog/catalog.ts'
import { readInput } from '../../catalog/read-input.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { FieldNames } from '../../core/field-names.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isText, objectIn, optionalText, webhookIn, withoutPlaceholders } from '../kit/fields.ts'

export const DIALECT = 'midjourney'

export type Speed = 'relax' | 'fast' | 'turbo'

const SPEEDS: readonly string[] = ['relax', 'fast', 'turbo'] satisfies Speed[]

export function isSpeed(word: string): word is Speed {
  return SPEEDS.includes(word)
}

/** What all routes read of a body. */
export interface MidjourneyBody {
  fields: JsonObject
  speed: Speed | undefined
  isNiji: boolean
  echo: JsonObject
  webhook: Submission['webhook']
}

const BOTS: readonly string[] = ['MID_JOURNEY', 'NIJI_JOURNEY']

/** Reads the fields that all bodies share. `speed` is that of the path; a speed in the body takes precedence. */
export function readBody(body: unknown, speed: Speed | undefined): MidjourneyBody {
  const { state, notifyHook, botType, ...fields } = withoutPlaceholders(objectIn(body))
  const bot = optionalText(botType, 'botType')
  if (bot !== undefined && !BOTS.includes(bot)) {
    throw invalidInput('botType', `must be one of ${BOTS.join(', ')}, not ${bot}`)
  }
  const { webhook } = webhookIn('notifyHook', notifyHook)
  const ownState = optionalText(state, 'state')
  return {
    fields,
    speed: speedIn(fields) ?? speed,
    isNiji: bot === 'NIJI_JOURNEY',
    echo: {
      ...(ownState === undefined ? {} : { state: ownState }),
      ...(bot === undefined ? {} : { botType: bot }),
    },
    webhook,
  }
}

/** The submission of a body to an operation. Throws `invalid_input`, naming the caller's field. */
export function submissionFor(
  operationId: string,
  { echo, webhook }: Pick<MidjourneyBody, 'echo' | 'webhook'>,
  input: JsonObject,
  names: FieldNames = {},
): Submission {
  const operation = getOperation(operationId)
  return { operation, input: readInput(operation, input, names), names, dialect: DIALECT, echo, webhook }
}

/** Refuses a body without a field, with the word that relays have for it. */
export function requireField(value: unknown, field: string, word: string): void {
  if (value === undefined || value === null || value === '') throw new PolyphonyError('invalid_input', word, { field })
}

/** The first speed that the body allows; clients of the web have it in `mode`, others in `speed`. */
function speedIn({ accountFilter, mode, speed }: JsonObject): Speed | undefined {
  const [word] = [mode, speed].filter(isText).map((one) => one.toLowerCase())
  if (word !== undefined && isSpeed(word)) return word
  if (typeof accountFilter !== 'object' || accountFilter === null || Array.isArray(accountFilter)) return undefined
  const { modes } = accountFilter
  const words = Array.isArray(modes) ? modes.filter(isText).map((mode) => mode.toLowerCase()) : []
  return words.find(isSpeed)
}
