import type { OutputShape, Word } from '../../catalog/output-shape.ts'
import type { Kind, Output, OutputSpecs } from '../../catalog/outputs.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ProducedFile } from '../provider.ts'

/** What was made, as the vendor of a hosted model would write it: bare references, or objects with a `url` each. */
export function hostedValue(
  { like, form }: OutputSpecs['anything'],
  output: Output[Kind],
  files: readonly ProducedFile[],
): Json {
  const made = madeOf(like.kind, output)
  if (form.kind === 'members') {
    const typeOf = (file: string) => files.find(({ key }) => file.endsWith(`:${key}`))?.mediaType ?? ''
    return filled(form.members, '', { ...made, typeOf, values: form.values })
  }
  // Language models give their words one by one; clients put them together.
  if (like.kind === 'texts') return form.isSingle ? made.text : made.text.split(/(?<= )/)
  const all = made.files.map(({ file }) => file)
  if (like.kind === 'model') return { model_file: all[0] ?? '' }
  return form.isSingle ? (all[0] ?? null) : all
}

interface Made {
  files: { file: string; size: JsonObject }[]
  text: string
}

function madeOf(kind: OutputSpecs['anything']['like']['kind'], output: Output[Kind]): Made {
  const sized = (all: { file: string; widthPx?: number; heightPx?: number }[]) =>
    all.map(({ file, widthPx, heightPx }) => ({
      file,
      size: widthPx === undefined || heightPx === undefined ? {} : { width: widthPx, height: heightPx },
    }))
  // The output has the form of its kind.
  switch (kind) {
    case 'pictures':
      return { files: sized((output as Output['pictures']).pictures), text: '' }
    case 'videos':
      return { files: sized((output as Output['videos']).videos), text: '' }
    case 'sounds':
      return { files: sized((output as Output['sounds']).sounds.map(({ file }) => ({ file }))), text: '' }
    case 'model':
      return { files: sized([{ file: (output as Output['model']).model.file }]), text: '' }
    case 'texts':
      return { files: [], text: (output as Output['texts']).texts.join('\n') }
  }
}

interface Filling extends Made {
  typeOf: (file: string) => string
  /** The values of members, by their names. */
  values: JsonObject
}

function isWord(shape: OutputShape): shape is Word {
  return typeof shape === 'string' && shape.startsWith('=')
}

/** A value of the shape, for the member of that name. */
function filled(shape: OutputShape, name: string, from: Filling): Json {
  const { files, text, values, typeOf } = from
  const fileObject = ({ file, size }: Made['files'][number], isPicture: boolean): JsonObject => ({
    url: file,
    ...(isPicture ? size : {}),
    content_type: typeOf(file),
  })
  if (Array.isArray(shape)) {
    const [element] = shape
    if (element === 'file' || element === 'picture') return files.map((one) => fileObject(one, element === 'picture'))
    // One judgement for each picture; of texts, what was made.
    if (element === 'boolean') return files.map(() => false)
    if (element === 'text') return text === '' ? [] : [text]
    return isWord(element) ? [element.slice(1)] : []
  }
  if (isWord(shape)) return shape.slice(1)
  switch (shape) {
    case 'file':
    case 'picture':
      return files[0] ? fileObject(files[0], shape === 'picture') : null
    case 'text':
      return values[name] ?? text
    case 'number':
      return values[name] ?? 0
    case 'boolean':
      return false
    case 'any':
      return {}
    default:
      return Object.fromEntries(Object.entries(shape).map(([one, inner]) => [one, filled(inner, one, from)]))
  }
}
