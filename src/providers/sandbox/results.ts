import { getOperation } from '../../catalog/catalog.ts'
import { type Kind, type Output, type OutputSpec, type OutputSpecs, outputSpecOf } from '../../catalog/outputs.ts'
import type { JsonObject } from '../../core/json.ts'
import {
  sandboxModel,
  sandboxPicture,
  sandboxSong,
  sandboxSound,
  sandboxVideo,
} from '../../engines/sandbox-media/sandbox-media.ts'
import { clipOf, titleOf } from '../kit/clips.ts'
import { FILE_SCHEME, type ProducedFile, type Result } from '../provider.ts'
import { hostedValue } from './hosted.ts'

export const NOTE = 'Sandbox: not a real result.'

/** The sandbox delivers a short file, however long the requested video is. */
const MAX_VIDEO_SECONDS = 60
const MAX_SOUND_SECONDS = 600
/** FLAC is computed sample by sample. */
const MAX_FLAC_SECONDS = 60
const MAX_SIDE_PX = 4_096

type Made<K extends Kind> = Promise<{ output: Output[K]; files: ProducedFile[] }>

/** A result for any operation of the catalogue: valid, marked files of the requested kind, size and length. */
export async function resultOf(job: { taskId: string; operation: string; input: JsonObject }): Promise<Result> {
  const spec = outputSpecOf(getOperation(job.operation).produces, job.input)
  const { output, files } = await make(spec, job.taskId)
  return {
    output: spec.kind === 'pictures' ? withSeeds(output as Output['pictures'], job) : output,
    files,
    logs: [NOTE],
  }
}

/** Every picture has a seed: the requested one, or one that follows from the task; and those that follow it. */
function withSeeds({ pictures, ...rest }: Output['pictures'], job: { taskId: string; input: JsonObject }) {
  const { seed } = job.input
  const first = Number.isSafeInteger(seed) && Number(seed) >= 0 ? Number(seed) : seedOfTask(job.taskId)
  return { ...rest, pictures: pictures.map((picture, index) => ({ ...picture, seed: first + index })) }
}

/** Of 31 bits, which every model takes. */
function seedOfTask(taskId: string): number {
  return Number.parseInt(taskId.slice(-10, -2), 16) & 0x7fff_ffff
}

function make(spec: OutputSpec, taskId: string): Promise<{ output: Output[Kind]; files: ProducedFile[] }> {
  switch (spec.kind) {
    case 'pictures':
      return pictures(spec)
    case 'videos':
      return videos(spec)
    case 'sounds':
      return sounds(spec)
    case 'model':
      return model(spec)
    case 'texts':
      return Promise.resolve({ output: { texts: new Array<string>(spec.count).fill(spec.sample ?? NOTE) }, files: [] })
    case 'lyrics':
      return Promise.resolve(lyrics(spec))
    case 'clips':
      return clips(spec, taskId)
    case 'data':
      return Promise.resolve({ output: { data: spec.sample }, files: [] })
    case 'anything':
      return anything(spec, taskId)
  }
}

async function pictures(spec: OutputSpecs['pictures']): Made<'pictures'> {
  const { count, mediaType, hasGrid, isTransparent, tokens, textBlocks } = spec
  const size = withinReach(spec)
  const pictureOf = (number: number): Promise<Uint8Array> | Uint8Array =>
    mediaType === 'image/svg+xml'
      ? drawing(size, number)
      : sandboxPicture({ ...size, mediaType, number, transparent: isTransparent })
  const files = await Promise.all(
    numbersTo(count).map(async (number): Promise<ProducedFile> => {
      const content = await pictureOf(number)
      return { key: `picture-${number}`, mediaType, content }
    }),
  )
  const all = files.map(({ key }) => ({ file: `${FILE_SCHEME}${key}`, ...size }))
  const counted = { ...(tokens ? { tokens } : {}), ...(textBlocks ? { textBlocks } : {}) }
  // A drawing is no photograph laid out beside others: nothing that draws SVG has a grid.
  if (!hasGrid || mediaType === 'image/svg+xml') return { output: { pictures: all, grid: null, ...counted }, files }
  const grid = await sandboxPicture({ ...size, mediaType, grid: true })
  return {
    output: { pictures: all, grid: { file: `${FILE_SCHEME}grid`, ...size }, ...counted },
    files: [...files, { key: 'grid', mediaType, content: grid }],
  }
}

/** A vector drawing that says what it is, in shapes that need no font, and in words. */
function drawing({ widthPx, heightPx }: { widthPx: number; heightPx: number }, number: number): Uint8Array {
  const side = Math.min(widthPx, heightPx)
  const [hue, middle] = [(number * 67) % 360, `${widthPx / 2}`]
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}">
  <title>SANDBOX</title>
  <desc>${NOTE}</desc>
  <rect width="${widthPx}" height="${heightPx}" fill="hsl(${hue} 45% 88%)"/>
  <circle cx="${middle}" cy="${heightPx * 0.4}" r="${side * 0.25}" fill="hsl(${hue} 55% 35%)"/>
  <text x="${middle}" y="${heightPx * 0.85}" font-family="sans-serif" font-size="${side * 0.12}" text-anchor="middle">SANDBOX</text>
</svg>
`,
  )
}

async function videos({ count, seconds, hasSound, ...request }: OutputSpecs['videos']): Made<'videos'> {
  const { widthPx, heightPx } = withinReach(request)
  const playing = Math.min(seconds, MAX_VIDEO_SECONDS)
  const { mp4, coverJpeg, lastFrameJpeg } = await sandboxVideo({ widthPx, heightPx, seconds: playing, hasSound })
  return {
    output: {
      videos: numbersTo(count).map(() => ({
        file: `${FILE_SCHEME}video`,
        cover: `${FILE_SCHEME}cover`,
        lastFrame: `${FILE_SCHEME}last-frame`,
        // The codec counts in pairs of pixels.
        widthPx: widthPx - (widthPx % 2),
        heightPx: heightPx - (heightPx % 2),
        seconds: playing,
      })),
    },
    files: [
      { key: 'video', mediaType: 'video/mp4', content: mp4 },
      { key: 'cover', mediaType: 'image/jpeg', content: coverJpeg },
      { key: 'last-frame', mediaType: 'image/jpeg', content: lastFrameJpeg },
    ],
  }
}

async function sounds({ count, seconds, mediaType }: OutputSpecs['sounds']): Made<'sounds'> {
  const playing = Math.min(seconds, mediaType === 'audio/flac' ? MAX_FLAC_SECONDS : MAX_SOUND_SECONDS)
  const content = await sandboxSound({ seconds: playing, mediaType })
  return {
    output: { sounds: numbersTo(count).map(() => ({ file: `${FILE_SCHEME}sound`, seconds: playing })) },
    files: [{ key: 'sound', mediaType, content }],
  }
}

async function model({ hasPicture, hasTurntable }: OutputSpecs['model']): Made<'model'> {
  const files: ProducedFile[] = [{ key: 'model', mediaType: 'model/gltf-binary', content: await sandboxModel() }]
  const size = { widthPx: 512, heightPx: 512 }
  if (hasPicture) {
    const content = await sandboxPicture({ ...size, mediaType: 'image/png', transparent: true })
    files.push({ key: 'picture', mediaType: 'image/png', content })
  }
  if (hasTurntable) {
    const { mp4 } = await sandboxVideo({ ...size, seconds: 2, hasSound: false })
    files.push({ key: 'turntable', mediaType: 'video/mp4', content: mp4 })
  }
  return {
    output: {
      model: {
        file: `${FILE_SCHEME}model`,
        picture: hasPicture ? `${FILE_SCHEME}picture` : '',
        turntable: hasTurntable ? `${FILE_SCHEME}turntable` : '',
      },
    },
    files,
  }
}

function lyrics({ count, about }: OutputSpecs['lyrics']): Awaited<Made<'lyrics'>> {
  const one = { title: 'Sandbox', text: `[Verse]\n${NOTE}\n${about}`, tags: ['sandbox'] }
  return { output: { lyrics: numbersTo(count).map(() => one) }, files: [] }
}

async function clips({ count, type, song: spec, parts }: OutputSpecs['clips'], taskId: string): Made<'clips'> {
  const song = await sandboxSong()
  const marked = { ...spec, title: spec.title || 'Sandbox', lyrics: spec.lyrics || NOTE }
  return {
    output: {
      clips: numbersTo(count).map((number) => {
        const title = titleOf(marked.title, parts?.[number - 1])
        return clipOf(
          { taskId },
          count === 1 ? 0 : number,
          { ...marked, title },
          {
            type,
            durationSeconds: song.durationSeconds,
            audio: `${FILE_SCHEME}audio`,
            image: `${FILE_SCHEME}cover`,
            imageLarge: `${FILE_SCHEME}cover-large`,
          },
        )
      }),
    },
    files: [
      { key: 'audio', mediaType: 'audio/mpeg', content: song.mp3 },
      { key: 'cover', mediaType: 'image/jpeg', content: song.coverJpeg },
      { key: 'cover-large', mediaType: 'image/jpeg', content: song.coverLargeJpeg },
    ],
  }
}

async function anything(spec: OutputSpecs['anything'], taskId: string): Made<'anything'> {
  const { output, files } = await make(spec.like, taskId)
  const value = hostedValue(spec, output, files)
  const text = JSON.stringify(value)
  // A film comes with stills, which these forms have no place for.
  return { output: { value }, files: files.filter(({ key }) => text.includes(`"${FILE_SCHEME}${key}"`)) }
}

/** The same shape, with no side longer than the sandbox draws. */
function withinReach({ widthPx, heightPx }: { widthPx: number; heightPx: number }) {
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(widthPx, heightPx))
  return { widthPx: Math.max(16, Math.round(widthPx * scale)), heightPx: Math.max(16, Math.round(heightPx * scale)) }
}

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
