import type { FastifyRequest } from 'fastify'
import { gptImageEdit } from '../../catalog/gpt-image.ts'
import { invalidInput } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { isGiven, optionalFlag } from '../kit/fields.ts'
import { takeForms } from '../kit/form.ts'
import { bodyOf, filesOf, parsed } from '../kit/form-body.ts'
import { serve, submitAndWait } from '../kit/protocol.ts'
import { finalErrors } from '../kit/should-retry-header.ts'
import { withImageFiles } from '../shared/image-file-ids.ts'
import { imageSubmission, typedForm } from '../shared/image-submission.ts'
import { withStyle } from '../shared/recraft-styles.ts'
import { errorBody, statusOf } from './errors.ts'
import { eventsFromTask, fromTask } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { requestsFor } from './to-request.ts'

const described = describedBy<Descriptions>()

const DIALECT = 'openai-images'
/** Sixteen pictures and a mask. */
const MAX_FILES = 17
const ROUTES = ['generations', 'edits'] as const

/** OpenAI's image routes, for the models of several makers. */
export const openaiImages: Dialect = {
  id: DIALECT,
  async routes(app, context) {
    const { error, mark } = finalErrors((thrown) => ({ status: statusOf(thrown), body: errorBody(thrown) }))
    await serve(app, context, {
      prefixes: ['', '/openai/v1/images'],
      error,
      routes(inside) {
        mark(inside)
        takeForms(inside)
        for (const route of ROUTES) {
          const path = `${inside.prefix === '' ? '/v1/images' : ''}/${route}`
          inside.post(path, described(`images-${route}`), async (request, reply) => {
            const { stream, image } = await read(route, request, context)
            const task = await submitAndWait(request, reply, context, image.submission)
            if (!stream) return fromTask(task, image, context)
            reply.header('content-type', 'text/event-stream; charset=utf-8').header('cache-control', 'no-store')
            return eventsFromTask(task, route, context.assets)
          })
        }
      },
    })
  },
  requestsFor,
  describe: async () => (await import('./openapi.ts')).describeOpenaiImages(),
}

const FORM_FILES = filesOf(gptImageEdit.input, { images: 'image' })

/** A form may name its pictures as JSON does. */
function withImages({ images, ...fields }: JsonObject): JsonObject {
  if (typeof images !== 'string') return images === undefined ? fields : { ...fields, images }
  return { ...fields, images: parsed(images, '[') ?? [images] }
}

async function read(route: (typeof ROUTES)[number], request: FastifyRequest, context: DialectContext) {
  const body = await bodyOf(request, context, { maxFiles: MAX_FILES, filesOf: FORM_FILES })
  const { stream, partial_images: partial, ...fields } = body.fields
  const { caller } = request
  const sent = body.isForm ? typedForm(withImages(fields)) : fields
  const whole = await withImageFiles(sent, { caller, callFiles: context.callFiles })
  const styled = !isGiven(whole.style_id) ? whole : await withStyle(whole, caller, context)
  if (isGiven(partial) && !/^[0-3]$/.test(String(partial))) {
    throw invalidInput('partial_images', 'must be an integer from 0 to 3')
  }
  return {
    stream: optionalFlag(stream, 'stream') === true,
    image: imageSubmission(route, styled, { dialect: DIALECT }),
  }
}
