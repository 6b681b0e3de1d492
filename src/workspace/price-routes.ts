import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { JsonObject } from '../core/json.ts'
import { describedBy } from '../dialects/kit/described.ts'
import { objectIn } from '../dialects/kit/fields.ts'
import type { PriceAdmin } from '../prices/admin.ts'
import { PRICE_VERBS, type PriceVerb } from '../prices/verbs.ts'

/** By the names of the verbs. */
const described = describedBy<Record<string, JsonObject>>()

/** Prices, costs and margins, for admin keys. Registered below `/api/admin`, where other keys are refused. */
export function priceRoutes(app: FastifyInstance, admin: PriceAdmin): void {
  for (const verb of PRICE_VERBS) {
    app.route({
      method: verb.method,
      url: verb.path,
      ...described(verb.name),
      async handler(request) {
        const data = await verb.run(admin, inputOf(verb, request), request.caller.keyId)
        if (verb.changes) logChange(request, verb.name)
        return { code: 200, data, message: 'success' }
      },
    })
  }
}

function inputOf({ method, input }: PriceVerb, { params, query, body }: FastifyRequest): JsonObject {
  const given = method === 'POST' ? objectIn(body) : { ...numbersIn(query as Record<string, string>, input) }
  return { ...given, ...(params as JsonObject) } // as Fastify parses them
}

/** What a query says, with numbers where the verb takes numbers. */
function numbersIn(query: Record<string, string>, input: PriceVerb['input']): JsonObject {
  const { properties } = input as { properties?: Record<string, { type?: string }> } // an object's schema
  return Object.fromEntries(
    Object.entries(query).map(([name, text]) => {
      const isNumber = properties?.[name]?.type === 'integer' && /^\d+$/.test(text)
      return [name, isNumber ? Number(text) : text]
    }),
  )
}

/** Logs who changed what, so that the operator can look it up. */
function logChange({ log, caller }: FastifyRequest, did: string): void {
  log.info({ did, key: caller.keyId, tenant: caller.tenantId }, 'prices were changed by a key')
}
