import type { TSchema } from 'typebox'
import { cursorAt, positionIn } from '../core/cursors.ts'
import type { JsonObject } from '../core/json.ts'
import type { Actor, AdminContext } from './context.ts'
import { pathFieldsOf, type Verb } from './verb.ts'
import { OPERATOR_VERBS } from './verbs.ts'

/** Runs a verb on checked input. Lists have cursors outside that are bound to what is listed, see `cursors.ts`. */
export async function runVerb(verb: Verb, context: AdminContext, input: JsonObject, actor: Actor): Promise<unknown> {
  const { cursor } = input
  if (!Object.hasOwn(verb.input.properties as Record<string, TSchema>, 'cursor'))
    return verb.run(context, { ...input }, actor)
  const list = listOf(verb, input, actor)
  const from = typeof cursor === 'string' ? { cursor: positionIn(list, cursor) } : {}
  const page = (await verb.run(context, { ...input, ...from }, actor)) as { next_cursor: string | null } // as each has it
  return { ...page, next_cursor: page.next_cursor === null ? null : cursorAt(list, page.next_cursor) }
}

/** The lists of operators belong to no tenant: a cursor is valid over HTTP and on the command line. */
function listOf(verb: Verb, input: JsonObject, { caller }: Actor): string {
  const named = [...pathFieldsOf(verb), 'tenant'].map((name) => `${name}=${String(input[name] ?? '')}`)
  const isOperators = OPERATOR_VERBS.some((one: Verb) => one === verb)
  return [verb.name, isOperators ? '' : `${caller?.tenantId} ${caller?.mode}`, ...named].join(' ')
}
