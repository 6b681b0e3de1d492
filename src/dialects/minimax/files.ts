import { buffer } from 'node:stream/consumers'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CallFile } from '../../core/call-file.ts'
import type { Caller } from '../../core/caller.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { isGiven, objectIn } from '../kit/fields.ts'
import { takeForms } from '../kit/form.ts'
import { receiveFile } from '../kit/receive-file.ts'
import { secondsOf } from '../shared/relay-task.ts'
import { baseResp } from './errors.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

/**
 * Files that clients upload (https://platform.minimax.io/docs/api-reference/file-management-upload): texts for speech that is
 * read later. MiniMax has more purposes, for voices that it keeps and models that are not served here.
 */
export const TEXT_PURPOSE = 't2a_async_input'
const MAX_TEXT_BYTES = 2 ** 20
/** As many as one answer has: MiniMax's has no pages. */
const MAX_LISTED = 1_000

type Files = Pick<DialectContext, 'callFiles'>

export async function fileRoutes(app: FastifyInstance, { callFiles }: Files): Promise<void> {
  app.get<{ Querystring: Record<string, unknown> }>('/v1/files/list', described('minimaxFiles'), async (request) => {
    purposeIn(request.query.purpose)
    const page = { purposes: [TEXT_PURPOSE], order: 'desc', limit: MAX_LISTED } as const
    const files = await callFiles.list(request.caller, page)
    return { files: files.map(uploadOf), ...baseResp() }
  })

  app.post('/v1/files/delete', described('minimaxDeleteFile'), async ({ body, caller }) => {
    const { file_id, purpose } = objectIn(body)
    if (isGiven(purpose)) purposeIn(purpose)
    const file = await findText(file_id, 'file_id', caller, { callFiles })
    await callFiles.remove(file)
    return { file_id: file.id, ...baseResp() }
  })

  // A separate scope: no other route of this protocol takes a form.
  await app.register(async (scope) => {
    takeForms(scope)
    scope.post('/v1/files/upload', described('minimaxUpload'), (request: FastifyRequest) =>
      receiveFile(request, { callFiles, field: 'file', maxBytes: MAX_TEXT_BYTES }, async ({ form, name, file }) => {
        purposeIn(form.fields.get('purpose')?.at(-1))
        return { file: uploadOf(await callFiles.name(file, { purpose: TEXT_PURPOSE, name })), ...baseResp() }
      }),
    )
  })
}

function purposeIn(value: unknown): void {
  if (value === undefined || value === null || value === '') throw invalidInput('purpose', 'is required')
  if (value !== TEXT_PURPOSE) {
    throw invalidInput(
      'purpose',
      `must be ${TEXT_PURPOSE}: voices are kept at MiniMax, and files of inputs are URLs here`,
    )
  }
}

/** A file that was uploaded; undefined for the id of a task's file, and for an unknown one. */
export async function findUpload(id: unknown, caller: Caller, { callFiles }: Files): Promise<CallFile | undefined> {
  const file = typeof id === 'string' && isId(id) ? await callFiles.find(id, caller) : undefined
  return file?.purpose === TEXT_PURPOSE ? file : undefined
}

export function uploadOf(file: CallFile) {
  return {
    file_id: file.id,
    bytes: file.sizeBytes,
    created_at: secondsOf(file.createdAt),
    filename: file.name,
    purpose: TEXT_PURPOSE,
  }
}

async function findText(id: Json | undefined, field: string, caller: Caller, files: Files): Promise<CallFile> {
  if (!isGiven(id)) throw invalidInput(field, 'is required')
  const file = await findUpload(id, caller, files)
  if (!file) throw invalidInput(field, 'names no file that was uploaded here, or one that has expired')
  return file
}

/** The text of an uploaded file. Throws `invalid_input` naming the field. */
export async function textOfUpload(id: Json, field: string, caller: Caller, { callFiles }: Files): Promise<string> {
  const bytes = await buffer(await callFiles.open(await findText(id, field, caller, { callFiles })))
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  throw new PolyphonyError('invalid_input', `${field} must name a file of text in UTF-8; archives are not read here.`, {
    field,
  })
}
