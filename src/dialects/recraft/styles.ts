import type { FastifyInstance } from 'fastify'
import { invalidInput } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { bytesOfFile, dataUriIn, sentFile } from '../../core/sent-files.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { isGiven } from '../kit/fields.ts'
import { bodyOf } from '../kit/form-body.ts'
import { createStyle, deleteStyle, getStyle, listStyles, type Style } from '../shared/recraft-styles.ts'
import { fromStyle } from './from-task.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

const MAX_PICTURES = 5
/** Forms say `images`, and in older clients `file`, `file1`, `file2`. */
const PICTURES = /^(?:images?|image_urls|files?)\d*$/

interface OneStyle {
  Params: { id: string }
}

/** Styles that callers create from their own pictures. They cost nothing. */
export function styleRoutes(app: FastifyInstance, context: DialectContext): void {
  app.post('/v1/styles', described('create-style'), async (request) => {
    const { fields } = await bodyOf(request, context, { maxFiles: MAX_PICTURES })
    const draft = await createStyle(styleOf(fields), request.caller, context)
    return { ...fromStyle(draft), credits: 0 }
  })

  app.get('/v1/styles', described('list-styles'), async ({ caller }) => ({
    styles: (await listStyles(caller, context)).map(fromStyle),
  }))

  app.get<OneStyle>('/v1/styles/:id', described('get-style'), async (request) =>
    fromStyle(await getStyle(request.params.id, request.caller, context)),
  )

  app.delete<OneStyle>('/v1/styles/:id', described('delete-style'), async (request) => {
    await deleteStyle(request.params.id, request.caller, context)
    return {}
  })
}

/** What a body makes a style of. Throws `invalid_input`. */
export function styleOf(fields: JsonObject): Style {
  const style = textIn(fields.style, 'style')
  if (style === '') throw invalidInput('style', 'is required')
  const given = Object.entries(fields).filter(([name, value]) => PICTURES.test(name) && isGiven(value))
  const pictures = given.flatMap(([name, value]) => picturesIn(value, name))
  if (pictures.length === 0) throw invalidInput('images', 'must have at least one picture')
  if (pictures.length > MAX_PICTURES) throw invalidInput('images', `has at most ${MAX_PICTURES} pictures`)
  // What would mix styles, or weigh them, is nothing that references can say.
  const unmet = ['source_styles', 'source_style_weights', 'image_weights', 'palette'].find((name) =>
    isGiven(fields[name]),
  )
  if (unmet !== undefined) throw invalidInput(unmet, 'is not supported by this gateway')
  return { style, substyle: textIn(fields.substyle, 'substyle') || null, pictures }
}

function textIn(value: Json | undefined, field: string): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string' || value.length > 64)
    throw invalidInput(field, 'must be a string of at most 64 characters')
  return value
}

function picturesIn(value: Json, field: string): string[] {
  return [value].flat().map((one, index) => {
    const file = typeof one === 'string' ? sentFile(one) : ''
    if ((/^https?:\/\/\S/.test(file) && !/\s/.test(file)) || (dataUriIn(file) && bytesOfFile(file))) return file
    throw invalidInput(
      Array.isArray(value) ? `${field}.${index}` : field,
      'must be a file, an http or https URL or a data URI',
    )
  })
}
