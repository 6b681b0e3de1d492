import type { Kind, Output, OutputSpecs } from '../../catalog/outputs.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ProducedFile } from '../provider.ts'

/** What was made, as the vendor of a hosted model would write it: bare references, or objects with a `url` each. */
export function hostedValue(
  { like, form, isSingle, extra }: OutputSpecs['anything'],
  output: Output[Kind],
  files: readonly ProducedFile[],
): Json {
  const typeOf = (file: string) => files.find(({ key }) => file.endsWith(`:${key}`))?.mediaType ?? ''
  const object = (url: string, size: JsonObject = {}) => ({ url, ...size, content_type: typeOf(url) })
  const oneOrAll = (all: Json[]): Json => (isSingle ? (all[0] ?? null) : all)
  // The output has the form of its kind.
  switch (like.kind) {
    case 'pictures': {
      const { pictures } = output as Output['pictures']
      if (form === 'urls') return oneOrAll(pictures.map(({ file }) => file))
      const all = pictures.map(({ file, widthPx, heightPx }) => object(file, { width: widthPx, height: heightPx }))
      return isSingle ? { image: all[0] ?? null, ...extra } : { images: all, ...extra }
    }
    case 'videos': {
      const all = (output as Output['videos']).videos.map(({ file }) => file)
      return form === 'urls' ? oneOrAll(all) : { video: object(all[0] ?? ''), ...extra }
    }
    case 'sounds': {
      const all = (output as Output['sounds']).sounds.map(({ file }) => file)
      return form === 'urls' ? oneOrAll(all) : { audio: object(all[0] ?? ''), ...extra }
    }
    case 'texts': {
      const text = (output as Output['texts']).texts.join('\n')
      if (form === 'fal') return { output: text, ...extra }
      // Language models give their words one by one; clients put them together.
      return isSingle ? text : text.split(/(?<= )/)
    }
    case 'model': {
      const { file } = (output as Output['model']).model
      return form === 'urls' ? { model_file: file } : { model_mesh: object(file), ...extra }
    }
  }
}
