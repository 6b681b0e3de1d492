import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CallFile } from '../../core/call-file.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { numeralIn } from '../../core/sent-values.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { type Form, takeForms } from '../kit/form.ts'
import { BATCH_OUTPUT, FILE_PREFIX, UPLOADED } from '../kit/own-files.ts'
import { prefixed, unprefixed } from '../kit/prefixed-ids.ts'
import { receiveFile } from '../kit/receive-file.ts'
import type { Descriptions } from './openapi.ts'
import { oneOfQuery, type PageQuery, pageOf, wholeOfQuery } from './pages.ts'

const described = describedBy<Descriptions>()

const PURPOSES = [...UPLOADED, BATCH_OUTPUT] as const
const MAX_PAGE = 10_000
const KEPT_SECONDS = { from: 3_600, to: 2_592_000 }

interface OneFile {
  Params: { id: string }
}

/** OpenAI's `/v1/files`: https://platform.openai.com/docs/api-reference/files. */
export async function fileRoutes(app: FastifyInstance, { callFiles }: DialectContext): Promise<void> {
  const find = async ({ params, caller }: FastifyRequest<OneFile>): Promise<CallFile> => {
    const id = unprefixed(FILE_PREFIX, params.id)
    const file = id === undefined ? undefined : await callFiles.find(id, caller)
    if (file && isShown(file)) return file
    throw new PolyphonyError('not_found', `No such File object: ${params.id}`, { field: 'id' })
  }

  app.get<{ Querystring: PageQuery & { purpose?: unknown } }>(
    '/v1/files',
    described('openaiFiles'),
    async ({ query, caller }) => {
      const limit = wholeOfQuery(query.limit, 'limit', { from: 1, to: MAX_PAGE }) ?? MAX_PAGE
      const order = oneOfQuery(query.order, 'order', ['asc', 'desc']) ?? 'desc'
      const purpose = oneOfQuery(query.purpose, 'purpose', PURPOSES)
      const page = pageOf(query.after, FILE_PREFIX)
      const purposes = purpose === undefined ? PURPOSES : [purpose]
      const found = await callFiles.list(caller, { ...page, purposes, order, limit: limit + 1 })
      const data = found.slice(0, limit).map(fileBody)
      return {
        object: 'list',
        data,
        first_id: data[0]?.id ?? null,
        last_id: data.at(-1)?.id ?? null,
        has_more: found.length > limit,
      }
    },
  )

  app.get<OneFile>('/v1/files/:id', described('openaiFile'), async (request) => fileBody(await find(request)))

  app.delete<OneFile>('/v1/files/:id', described('openaiFileDelete'), async (request) => {
    const file = await find(request)
    await callFiles.remove(file)
    return { id: prefixed(FILE_PREFIX, file.id), object: 'file', deleted: true }
  })

  app.get<OneFile>('/v1/files/:id/content', described('openaiFileContent'), async (request, reply) => {
    const file = await find(request)
    const stream = await callFiles.open(file)
    request.isOpenEnded = true
    return reply
      .headers({
        'content-type': 'application/octet-stream',
        'content-length': file.sizeBytes,
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
        'x-content-type-options': 'nosniff',
      })
      .send(stream)
  })

  // A separate scope: other routes read their forms whole.
  await app.register(async (scope) => {
    scope.removeContentTypeParser('multipart/form-data')
    takeForms(scope)
    scope.post('/v1/files', described('openaiFileUpload'), (request) =>
      receiveFile(request, { callFiles, field: 'file' }, async ({ form, name, file }) => {
        const purpose = oneOfForm(form, 'purpose', UPLOADED)
        const keptMs = keptFor(form)
        return fileBody(await callFiles.name(file, { purpose, name, ...(keptMs === undefined ? {} : { keptMs }) }))
      }),
    )
  })
}

function oneOfForm<Value extends string>({ fields }: Form, name: string, values: readonly Value[]): Value {
  const given = fields.get(name)
  if (!given || given[0] === '') throw invalidInput(name, 'is required')
  const known = values.find((value) => value === given[0])
  if (known === undefined || given.length > 1) {
    throw invalidInput(name, `must be one of ${values.join(', ')}, not ${JSON.stringify(given.join(', '))}`)
  }
  return known
}

/** `expires_after[anchor]` and `expires_after[seconds]`. */
function keptFor({ fields }: Form): number | undefined {
  const [anchor = ''] = fields.get('expires_after[anchor]') ?? []
  const [seconds = ''] = fields.get('expires_after[seconds]') ?? []
  if (anchor === '' && seconds === '') {
    if (fields.get('expires_after')?.some((value) => value !== ''))
      throw invalidInput('expires_after', 'must have an anchor and seconds')
    return undefined
  }
  if (anchor !== 'created_at') throw invalidInput('expires_after.anchor', 'must be created_at')
  return keptSeconds(numeralIn(seconds), 'expires_after.seconds') * SECOND_MS
}

/** How long a file is to be kept, as OpenAI allows it. Throws `invalid_input`. */
export function keptSeconds(seconds: unknown, field: string): number {
  const { from, to } = KEPT_SECONDS
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= from && seconds <= to) return seconds
  throw invalidInput(field, `must be a whole number from ${from} to ${to}`)
}

/** Input and results of Anthropic's batches are files that this API does not know. */
export function isShown({ purpose }: CallFile): boolean {
  return PURPOSES.some((one) => one === purpose)
}

export function fileBody(file: CallFile) {
  return {
    id: prefixed(FILE_PREFIX, file.id),
    object: 'file' as const,
    bytes: file.sizeBytes,
    created_at: Math.floor(file.createdAt / SECOND_MS),
    expires_at: Math.floor(file.expiresAt / SECOND_MS),
    filename: file.name,
    purpose: file.purpose,
    status: 'processed' as const,
    status_details: null,
  }
}
