import type { HostedSpec, Output, OutputSpec } from '../../src/catalog/outputs.ts'
import type { Json } from '../../src/core/json.ts'
import type { Promised } from './produced-media.ts'

export interface PromisedFile {
  /** `asset:ID.EXT`, as the stored output has it. */
  reference: string
  promised: Promised
}

const COVER_PX = 512
const LARGE_COVER_PX = 1_024

/** The files that a stored output names, the one that every client looks for first, and what each must be by the spec. */
export function promisedFiles(spec: OutputSpec, output: Json): PromisedFile[] {
  switch (spec.kind) {
    case 'pictures': {
      const { widthPx, heightPx, mediaType, hasGrid } = spec
      const { pictures, grid } = output as Output['pictures'] // validated by the caller, as below
      const all = grid && hasGrid ? [grid, ...pictures] : pictures
      return all.map(({ file }) => ({ reference: file, promised: { kind: 'picture', mediaType, widthPx, heightPx } }))
    }
    case 'videos':
      return (output as Output['videos']).videos.flatMap(({ file, cover, lastFrame }) => {
        // H.264 has its colours for every second pixel.
        const size = { widthPx: spec.widthPx - (spec.widthPx % 2), heightPx: spec.heightPx - (spec.heightPx % 2) }
        const { seconds, hasSound } = spec
        return [
          film(file, { ...size, seconds, hasSound }),
          ...[cover, lastFrame].map((still) => picture(still, size, 'image/jpeg')),
        ]
      })
    case 'sounds':
      return (output as Output['sounds']).sounds.map(({ file }) => ({
        reference: file,
        promised: { kind: 'sound', mediaType: spec.mediaType, seconds: spec.seconds },
      }))
    case 'model': {
      const { model } = output as Output['model']
      const size = { widthPx: 512, heightPx: 512 }
      return [
        { reference: model.file, promised: { kind: 'model', mediaType: 'model/gltf-binary' } },
        ...(spec.hasPicture ? [picture(model.picture, size, 'image/png')] : []),
        ...(spec.hasTurntable ? [film(model.turntable, { ...size, seconds: 2, hasSound: false })] : []),
      ]
    }
    case 'clips':
      return (output as Output['clips']).clips.flatMap(({ audio, image, imageLarge, durationSeconds }) => [
        { reference: audio, promised: { kind: 'sound', mediaType: 'audio/mpeg', seconds: durationSeconds } },
        picture(image, square(COVER_PX), 'image/jpeg'),
        picture(imageLarge, square(LARGE_COVER_PX), 'image/jpeg'),
      ])
    case 'anything':
      return filesOfVendor(spec, output)
    case 'texts':
    case 'lyrics':
    case 'data':
      return []
  }
}

/** Files in a vendor's own form: all of them are of the kind that its model makes. */
function filesOfVendor({ like }: OutputSpec & { kind: 'anything' }, output: Json): PromisedFile[] {
  if (like.kind === 'texts') return []
  const references = textsIn(output).filter((text) => text.startsWith('asset:'))
  return references.map((reference) => fileLike(like, reference))
}

function fileLike(like: Exclude<HostedSpec, { kind: 'texts' }>, reference: string): PromisedFile {
  switch (like.kind) {
    case 'pictures':
      return picture(reference, like, like.mediaType)
    case 'videos':
      return film(reference, like)
    case 'sounds':
      return { reference, promised: { kind: 'sound', mediaType: like.mediaType, seconds: like.seconds } }
    case 'model':
      return { reference, promised: { kind: 'model', mediaType: 'model/gltf-binary' } }
  }
}

/** The texts that a stored output consists of; none if it consists of files. */
export function promisedTexts(spec: OutputSpec, output: Json): string[] {
  if (spec.kind === 'texts') return (output as Output['texts']).texts
  if (spec.kind === 'lyrics') return (output as Output['lyrics']).lyrics.flatMap(({ title, text }) => [title, text])
  return spec.kind === 'data' ? textsIn(output).filter((text) => text !== '') : []
}

export function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value]
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(textsIn)
}

function square(sidePx: number): { widthPx: number; heightPx: number } {
  return { widthPx: sidePx, heightPx: sidePx }
}

function picture(
  reference: string,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
  mediaType: string,
): PromisedFile {
  return { reference, promised: { kind: 'picture', mediaType, widthPx, heightPx } }
}

function film(
  reference: string,
  { widthPx, heightPx, seconds, hasSound }: { widthPx: number; heightPx: number; seconds: number; hasSound: boolean },
): PromisedFile {
  return { reference, promised: { kind: 'film', mediaType: 'video/mp4', widthPx, heightPx, seconds, hasSound } }
}
