import { sunoMidi, sunoMp4, sunoStems, sunoTags, sunoTiming, sunoWav } from '../../catalog/suno-tools.ts'
import type { Json } from '../../core/json.ts'
import type { Gives, Needs, Studio, WorkKind } from '../../engines/studio/studio.ts'
import { clipIn, clipOf, titleOf } from '../kit/clips.ts'
import { dataResult, outputSpecFor } from '../kit/results.ts'
import { FILE_SCHEME, type Job, type ProducedFile, type Submitted } from '../provider.ts'
import { mustKnowSong, rememberedAs, type StoredClip, songOf } from './known-song.ts'

type Perform = <K extends WorkKind>(kind: K, needs: Needs<K>) => Promise<Gives<K>>
type ClipTool = (job: Job, clip: StoredClip, perform: Perform) => Promise<Submitted>

const NO_CLIP: Submitted = { failed: { reason: 'The clip does not exist.' } }
/** Seconds and loudness are stored to a thousandth. */
const thousandths = (value: number): number => Math.round(value * 1_000) / 1_000

const TOOLS: Record<string, ClipTool> = {
  [sunoStems.id]: splitClip,
  [sunoTiming.id]: timeWords,
  [sunoMidi.id]: noteDown,
  [sunoWav.id]: deliverWav,
  [sunoMp4.id]: makeVideo,
}

/** What the studio makes of finished clips, by operation; and the tags, of which it says more. */
export function clipTools(studio: Studio): Record<string, (job: Job, signal: AbortSignal) => Promise<Submitted>> {
  const forClip =
    (tool: ClipTool) =>
    async (job: Job, signal: AbortSignal): Promise<Submitted> => {
      const clip = clipIn(job.parent, String(job.input.clip_id))
      if (!clip) return NO_CLIP
      return tool(job, clip, (kind, needs) => studio.perform(kind, needs, { signal, onProgress: job.report }))
    }
  return {
    ...Object.fromEntries(Object.entries(TOOLS).map(([id, tool]) => [id, forClip(tool)])),
    [sunoTags.id]: async ({ input }) => ({
      result: dataResult({ upsampled_tags: await studio.sayStyle(String(input.original_tags)) }),
    }),
  }
}

async function splitClip(job: Job, clip: StoredClip, perform: Perform): Promise<Submitted> {
  const { song: spec, parts = [], type } = outputSpecFor(job, 'clips')
  const song = mustKnowSong(clip, 'takes apart the tracks')
  if (clip.stem !== undefined) return { failed: { reason: 'The clip is a track of a song already.' } }
  const title = spec.title || clip.title
  const isOfTwo = parts.length === 2
  const { mp3s } = await perform('stems', { ...song, title, names: parts, isOfTwo })
  const files: ProducedFile[] = []
  const clips = mp3s.map((mp3, index) => {
    const name = parts[index] ?? ''
    const key = `audio-${index + 1}`
    files.push({ key, mediaType: 'audio/mpeg', content: mp3 })
    const stem = clipOf(
      job,
      index + 1,
      { ...spec, title: titleOf(title, name), tags: clip.tags, lyrics: clip.prompt, mv: spec.mv || clip.mv },
      {
        type,
        durationSeconds: clip.durationSeconds,
        audio: `${FILE_SCHEME}${key}`,
        image: clip.image,
        imageLarge: clip.imageLarge,
      },
    )
    return { ...stem, ...rememberedAs(song), stem: name, isOfTwo }
  })
  return { result: { output: { clips }, files } }
}

async function timeWords(job: Job, clip: StoredClip, perform: Perform): Promise<Submitted> {
  const song = mustKnowSong(clip, 'tells the words')
  const { words, levels } = await perform('words', { ...song, mp3: await job.readAsset(clip.audio) })
  const aligned_words = words.map(({ text, startSeconds, endSeconds, endsLine }) => ({
    word: `${text}${endsLine ? '\n' : ' '}`,
    success: true,
    start_s: thousandths(startSeconds),
    end_s: thousandths(endSeconds),
    p_align: 1, // nothing is guessed: the singer is told these times
  }))
  const waveform_data = levels.map(thousandths)
  return { result: dataResult({ aligned_words, waveform_data, hoot_cer: 0, is_streamed: false }) }
}

async function noteDown(_job: Job, clip: StoredClip, perform: Perform): Promise<Submitted> {
  const song = mustKnowSong(clip, 'writes down the notes')
  const tracks = typeof clip.stem === 'string' ? { names: [clip.stem], isOfTwo: clip.isOfTwo === true } : {}
  const { instruments, midi } = await perform('notes', { ...song, title: clip.title, tracks })
  const data = { instruments: instruments as unknown as Json, midi_url: `${FILE_SCHEME}midi` } // plain JSON
  return { result: dataResult(data, [{ key: 'midi', mediaType: 'audio/midi', content: midi }]) }
}

/** A song is played again for it, so that nothing is lost as in an MP3; of a track or a recording, the MP3 is decoded. */
async function deliverWav(job: Job, clip: StoredClip, perform: Perform): Promise<Submitted> {
  const song = clip.stem === undefined ? songOf(clip) : undefined
  const { wav } = await perform('wav', song ? { song } : { mp3: await job.readAsset(clip.audio) })
  return {
    result: {
      output: { sounds: [{ file: `${FILE_SCHEME}wav`, seconds: clip.durationSeconds }] },
      files: [{ key: 'wav', mediaType: 'audio/wav', content: wav }],
      measure: true,
    },
  }
}

async function makeVideo(job: Job, clip: StoredClip, perform: Perform): Promise<Submitted> {
  const { widthPx, heightPx } = outputSpecFor(job, 'videos')
  const mp3 = await job.readAsset(clip.audio)
  const picture = clip.imageLarge || clip.image
  const needs = { mp3, title: clip.title, cover: picture ? await job.readAsset(picture) : undefined, seed: 0 }
  const film = await perform('film', needs as Needs<'film'>)
  const files: ProducedFile[] = [
    { key: 'video', mediaType: 'video/mp4', content: film.mp4 },
    { key: 'cover', mediaType: 'image/jpeg', content: film.coverJpeg },
    { key: 'last-frame', mediaType: 'image/jpeg', content: film.lastFrameJpeg },
  ]
  const [file, cover, lastFrame] = files.map(({ key }) => `${FILE_SCHEME}${key}`)
  const video = { file: file ?? '', cover: cover ?? '', lastFrame: lastFrame ?? '', widthPx, heightPx }
  return { result: { output: { videos: [{ ...video, seconds: film.seconds }] }, files, measure: true } }
}
