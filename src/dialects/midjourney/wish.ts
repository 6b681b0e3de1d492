import { getOperation } from '../../catalog/catalog.ts'
import { invalid } from '../../catalog/read-input.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isText, objectIn } from '../kit/body.ts'
import { readNamed } from '../kit/own-names.ts'
import type { Spelling } from '../kit/spelling.ts'

/** Who a task was asked through; it renders the task's callbacks. */
export const DIALECT = 'midjourney'

export type Speed = 'relax' | 'fast' | 'turbo'

const SPEEDS: readonly string[] = ['relax', 'fast', 'turbo'] satisfies Speed[]

export function isSpeed(word: string): word is Speed {
  return SPEEDS.includes(word)
}

/** What a body asks for. */
export interface Wish extends Pick<Submission, 'operation' | 'input' | 'webhook'> {
  echo: JsonObject
  names: Spelling
}

/** What every body of this protocol may have, apart from what its own route reads. */
export interface Asked {
  fields: JsonObject
  speed: Speed | undefined
  isNiji: boolean
  echo: JsonObject
  notifyHook: string | undefined
}

const BOTS: readonly string[] = ['MID_JOURNEY', 'NIJI_JOURNEY']

/** Reads what all bodies share. `speed` is that of the path; the body's own wins. */
export function asked(body: unknown, speed: Speed | undefined): Asked {
  const { state, notifyHook, botType, ...fields } = objectIn(body)
  const bot = optional(botType, 'botType')
  if (bot !== undefined && !BOTS.includes(bot))
    throw invalid('botType', `must be one of ${BOTS.join(', ')}, not ${bot}`)
  const hook = optional(notifyHook, 'notifyHook')
  const said = optional(state, 'state')
  return {
    fields,
    speed: speedIn(fields) ?? speed,
    isNiji: bot === 'NIJI_JOURNEY',
    echo: {
      ...(said === undefined ? {} : { state: said }),
      ...(hook === undefined ? {} : { notifyHook: hook }),
      ...(bot === undefined ? {} : { botType: bot }),
    },
    notifyHook: hook,
  }
}

/** A valid wish for an operation of the catalogue. Throws `invalid_input`, naming the field as the caller spelt it. */
export function wishFor(
  operationId: string,
  { echo, notifyHook }: Asked,
  input: JsonObject,
  names: Spelling = {},
): Wish {
  const operation = getOperation(operationId)
  const webhook = notifyHook === undefined ? undefined : { field: 'notifyHook', url: notifyHook }
  return { operation, input: readNamed(operation, input, names), echo, webhook, names }
}

/** Refuses with the word that relays have for a field that is missing. */
export function need(value: unknown, field: string, word: string): void {
  if (value === undefined || value === null || value === '') throw new PolyphonyError('invalid_input', word, { field })
}

/** Text that may be left out: `null` and '' count as that. */
export function optional(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw invalid(field, 'must be a string')
  return value
}

/** The first speed that the body allows. */
function speedIn({ accountFilter }: JsonObject): Speed | undefined {
  if (typeof accountFilter !== 'object' || accountFilter === null || Array.isArray(accountFilter)) return undefined
  const { modes } = accountFilter
  const words = Array.isArray(modes) ? modes.filter(isText).map((mode) => mode.toLowerCase()) : []
  return words.find(isSpeed)
}
