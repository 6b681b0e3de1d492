import { getOperation } from '../../catalog/catalog.ts'
import {
  type Clip,
  type Kind,
  type Lyrics,
  type OutputSpec,
  outputSpecOf,
  type PictureText,
  type Tokens,
} from '../../catalog/outputs.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { FILE_SCHEME, type ProducedFile, type Result, type TaskRequest } from '../provider.ts'
import { clipOf } from './clips.ts'

/**
 * Results in the catalogue's forms, from what vendors deliver. Sizes and lengths are those of the request until the files
 * have been measured.
 */
export type Source = ProducedFile['content']

type RequestInput = Pick<TaskRequest, 'operation' | 'input' | 'taskId'>

/** The output that an input requests, which must be of this kind. */
export function outputSpecFor<K extends Kind>(
  { operation, input }: Pick<RequestInput, 'operation' | 'input'>,
  kind: K,
) {
  const spec = outputSpecOf(getOperation(operation).produces, input)
  if (spec.kind !== kind) throw new PolyphonyError('internal', `${operation} makes ${spec.kind}, not ${kind}.`)
  return spec as Extract<OutputSpec, { kind: K }> // as was just seen
}

/** The pictures that a safety check let through: `held` others are missing from the result, and are not charged. */
export function partlyHeldBack(pictures: Result, vendor: string, held: number): Result {
  if (held === 0) return pictures
  const shown = pictures.files.length
  return {
    ...pictures,
    logs: [`${vendor}’s safety check held back ${held} of ${held + shown} pictures`],
    consumedShare: shown / (held + shown),
  }
}

/**
 * `grid` is the four pictures side by side, as Midjourney delivers them. `seeds` are those that the vendor reports, in the
 * order of the pictures; what is no seed is left out.
 */
export function imagesResult(
  request: RequestInput,
  sources: readonly Source[],
  {
    grid,
    seeds = [],
    tokens,
    textBlocks,
  }: {
    grid?: Source | undefined
    seeds?: readonly unknown[]
    tokens?: Tokens | undefined
    textBlocks?: PictureText[]
  } = {},
): Result {
  const { widthPx, heightPx } = outputSpecFor(request, 'pictures')
  const files = filesOf('picture', sources)
  const picture = ({ key }: ProducedFile, seed?: unknown) => ({
    file: `${FILE_SCHEME}${key}`,
    widthPx,
    heightPx,
    ...(typeof seed === 'number' && Number.isSafeInteger(seed) ? { seed } : {}),
  })
  const gridFiles = grid === undefined ? [] : [{ key: 'grid', content: grid }]
  const [gridFile] = gridFiles
  return {
    output: {
      pictures: files.map((file, index) => picture(file, seeds[index])),
      grid: gridFile ? picture(gridFile) : null,
      ...(tokens ? { tokens } : {}),
      ...(textBlocks ? { textBlocks } : {}),
    },
    files: [...files, ...gridFiles],
    measure: true,
  }
}

export interface VideoSources {
  video: Source
  cover?: Source
  lastFrame?: Source
}

export function videosResult(request: RequestInput, videos: readonly VideoSources[]): Result {
  const { widthPx, heightPx, seconds } = outputSpecFor(request, 'videos')
  const files: ProducedFile[] = []
  const keep = (key: string, content: Source | undefined): string => {
    if (content === undefined) return ''
    files.push({ key, content })
    return `${FILE_SCHEME}${key}`
  }
  const made = videos.map(({ video, cover, lastFrame }, index) => ({
    file: keep(`video-${index + 1}`, video),
    cover: keep(`cover-${index + 1}`, cover),
    lastFrame: keep(`last-frame-${index + 1}`, lastFrame),
    widthPx,
    heightPx,
    seconds,
  }))
  return { output: { videos: made }, files, measure: true }
}

export function soundsResult(request: RequestInput, sources: readonly Source[]): Result {
  const { seconds } = outputSpecFor(request, 'sounds')
  const files = filesOf('sound', sources)
  return {
    output: { sounds: files.map(({ key }) => ({ file: `${FILE_SCHEME}${key}`, seconds })) },
    files,
    measure: true,
  }
}

export function textsResult(texts: readonly string[]): Result {
  return { output: { texts: [...texts] }, files: [] }
}

export function lyricsResult(lyrics: readonly Lyrics[]): Result {
  return { output: { lyrics: lyrics.map((one) => ({ ...one })) }, files: [] }
}

export function modelResult(sources: { model: Source; picture?: Source; turntable?: Source }): Result {
  const files: ProducedFile[] = Object.entries(sources).map(([key, content]) => ({ key, content }))
  const nameOf = (key: string) => (files.some((file) => file.key === key) ? `${FILE_SCHEME}${key}` : '')
  const model = { file: nameOf('model'), picture: nameOf('picture'), turntable: nameOf('turntable') }
  return { output: { model }, files }
}

/** One of several takes of a song, as a vendor delivers it; what is missing is taken from the request. */
export interface ClipSources {
  audio: Source
  image?: Source | undefined
  imageLarge?: Source | undefined
  title?: string | undefined
  tags?: string | undefined
  lyrics?: string | undefined
  durationSeconds?: number | undefined
  /** The vendor's own id of it, by which a follow-up names it. */
  vendorId?: string
}

export function clipsResult(request: RequestInput, made: readonly ClipSources[]): Result {
  const { song, type } = outputSpecFor(request, 'clips')
  const files: ProducedFile[] = []
  const keep = (key: string, content: Source | undefined): string => {
    if (content === undefined) return ''
    files.push({ key, content })
    return `${FILE_SCHEME}${key}`
  }
  const clips = made.map((one, index) => {
    const number = made.length === 1 ? 0 : index + 1
    const clip: Clip = clipOf(
      request,
      number,
      {
        ...song,
        title: one.title || song.title,
        tags: one.tags || song.tags,
        lyrics: one.lyrics || song.lyrics,
      },
      {
        type,
        durationSeconds: one.durationSeconds ?? 0,
        audio: keep(`audio-${index + 1}`, one.audio),
        image: keep(`cover-${index + 1}`, one.image),
        imageLarge: keep(`cover-large-${index + 1}`, one.imageLarge ?? one.image),
      },
    )
    return one.vendorId === undefined ? { ...clip } : { ...clip, vendorId: one.vendorId }
  })
  return { output: { clips }, files, measure: true }
}

export function dataResult(data: JsonObject, files: ProducedFile[] = []): Result {
  return { output: { data }, files }
}

/** The output of a hosted model as it came; every URL for which `isFile` is true becomes a file of the result. */
export function valueResult(value: Json, isFile: (url: string) => boolean): Result {
  const files: ProducedFile[] = []
  const kept = (inner: Json): Json => {
    if (typeof inner === 'string' && isFile(inner)) {
      const key = `file-${files.length + 1}`
      files.push({ key, content: { url: inner } })
      return `${FILE_SCHEME}${key}`
    }
    if (Array.isArray(inner)) return inner.map(kept)
    if (!isJsonObject(inner)) return inner
    return Object.fromEntries(Object.entries(inner).map(([name, one]) => [name, kept(one)]))
  }
  return { output: { value: kept(value) }, files }
}

function filesOf(name: string, sources: readonly Source[]): ProducedFile[] {
  return sources.map((content, index) => ({ key: `${name}-${index + 1}`, content }))
}
