import type { MessagePort } from 'node:worker_threads'
import { decodeMp3, UndecodableMp3 } from '../mp3/decode.ts'
import { withTags } from '../mp3/id3.ts'
import { arrange } from './arrangement.ts'
import { type Bank, openBank } from './band/bank.ts'
import { drawCover } from './cover.ts'
import { openMp3Writer } from './encode.ts'
import { hearSong } from './hear/hear-song.ts'
import { masterBlocks } from './master/master.ts'
import type { Score } from './score.ts'
import { sheetOfScore } from './score-sheet.ts'
import { type Gives, type KnownSong, type Needs, StudioRefusal, type WorkKind } from './studio-work.ts'
import { SAMPLE_RATE } from './synth/signal.ts'
import { makeFilm } from './tools/film.ts'
import { digestOf, scoreOf } from './tools/joined-score.ts'
import { levelsIn } from './tools/levels.ts'
import { instrumentsIn, midiFile } from './tools/midi.ts'
import { hearMusic } from './tools/recording.ts'
import { renderStems, type Track, tracksOf } from './tools/stems.ts'
import { recordingAsWav, songAsWav } from './tools/wav.ts'
import { sungWords } from './tools/words.ts'

export interface Job<K extends WorkKind = WorkKind> {
  kind: K
  needs: Needs<K>
  /** One cell; any value but 0 stops the work. Shared memory, because a busy worker reads no messages. */
  stop: Int32Array<SharedArrayBuffer>
  /** Receives what there is to tell. */
  progress: MessagePort
}

/** What a worker tells while it works. */
export type News = { percent: number } | { sound: Uint8Array }

export type Outcome<K extends WorkKind = WorkKind> =
  | { status: 'finished'; gives: Gives<K> }
  | { status: 'stopped' }
  | { status: 'refused'; reason: string }

interface Tools {
  isStopped(): boolean
  /** The share that is done, 0 to 1. */
  onProgress(share: number): void
  onSound(bytes: Uint8Array): void
  bank(): Promise<Bank | undefined>
}

type Workers = { [K in WorkKind]: (needs: Needs<K>, tools: Tools) => Promise<Gives<K> | undefined> }

const SOFTWARE = 'Polyphony studio'
const RENDERED_SHARE = 0.96
/** Points of a waveform that is shown beside the words. */
const LEVEL_SECONDS = 0.1

/** The sound bank, opened with the thread's first song. */
let opened: Promise<Bank | undefined> | undefined

/** Runs in a worker thread: one piece of work, from its words to its bytes. */
export default async function work<K extends WorkKind>({ kind, needs, stop, progress }: Job<K>): Promise<Outcome<K>> {
  const tools: Tools = {
    isStopped: () => Atomics.load(stop, 0) !== 0,
    onProgress: (share) => progress.postMessage({ percent: Math.floor(100 * share) } satisfies News),
    onSound: (sound) => progress.postMessage({ sound } satisfies News),
    bank() {
      opened ??= openBank()
      return opened
    },
  }
  try {
    if (tools.isStopped()) return { status: 'stopped' }
    const gives = await WORKERS[kind](needs, tools)
    if (gives === undefined) return { status: 'stopped' }
    tools.onProgress(1)
    return { status: 'finished', gives }
  } catch (error) {
    if (error instanceof StudioRefusal || error instanceof UndecodableMp3)
      return { status: 'refused', reason: error.message }
    throw error
  } finally {
    progress.close()
  }
}

const WORKERS: Workers = {
  async song(request, tools) {
    const score = arrange(request)
    const share = (done: number): void => tools.onProgress(RENDERED_SHARE * done)
    const mp3 = await render(score, request.title, { ...tools, onProgress: share })
    if (!mp3) return undefined
    const cover = await drawCover({
      title: request.title,
      tags: request.tags,
      seed: request.seed,
      take: request.take,
      energy: score.energy,
      isDark: /minor|phrygian|bhairav/.test(score.key),
    })
    return { ...playedOf(score, mp3), coverJpeg: cover.small, coverLargeJpeg: cover.large }
  },

  async joined(known, tools) {
    const score = knownScore(known)
    const mp3 = await render(score, known.title, tools)
    return mp3 && playedOf(score, mp3)
  },

  async stems({ title, names, isOfTwo, ...known }, tools) {
    const stems = names.map((name) => ({ title: `${title} - ${name}`, track: trackOf(name, isOfTwo) }))
    const mp3s = await renderStems(knownScore(known), await tools.bank(), stems, tools)
    return mp3s && { mp3s }
  },

  async words({ mp3, ...known }, { isStopped }) {
    const words = sungWords(knownScore(known)).map(({ text, startSeconds, endSeconds, endsLine }) => ({
      text,
      startSeconds,
      endSeconds,
      endsLine,
    }))
    const levels = levelsIn(mp3, LEVEL_SECONDS, isStopped)
    return levels && { words, levels: [...levels] }
  },

  async notes({ title, tracks: { names, isOfTwo = false }, ...known }) {
    const score = knownScore(known)
    const tracks = names && new Set(names.flatMap((name) => [...trackOf(name, isOfTwo)]))
    return { instruments: instrumentsIn(score, tracks), midi: midiFile(score, title, tracks) }
  },

  async wav(needs, tools) {
    const wav =
      'song' in needs ? songAsWav(knownScore(needs.song), await tools.bank(), tools) : recordingAsWav(needs.mp3, tools)
    return wav && { wav }
  },

  async film(needs, tools) {
    if (needs.cover !== undefined) return makeFilm(needs, tools)
    const { mp3, title, seed } = needs
    const { large } = await drawCover({ title, tags: '', seed, take: 0, energy: 0.5, isDark: true })
    return makeFilm({ mp3, title, cover: large }, tools)
  },

  songSheet: async (known) => sheetOfScore(knownScore(known)),

  async sheet({ mp3 }, { isStopped }) {
    const heard = hearSong(decodeMp3(mp3), isStopped)
    if (heard && 'unheard' in heard) throw new StudioRefusal(heard.unheard)
    return heard
  },

  recording: async ({ mp3 }, { isStopped }) => hearMusic(mp3, isStopped),
}

async function render(score: Score, title: string, tools: Tools): Promise<Uint8Array | undefined> {
  const bank = await tools.bank()
  const writer = await openMp3Writer({ sampleRate: SAMPLE_RATE, channels: 2, kbitPerSecond: 160 })
  const tags = { title, software: SOFTWARE }
  tools.onSound(withTags(new Uint8Array(0), tags))
  for (const { left, right, doneSeconds } of masterBlocks(score, bank)) {
    if (tools.isStopped()) return undefined
    if (left.length > 0) {
      tools.onSound(writer.write([left, right]))
    }
    tools.onProgress(doneSeconds / score.durationSeconds)
  }
  const sound = writer.finish()
  return withTags(sound, tags)
}

function playedOf(score: Score, mp3: Uint8Array) {
  const { durationSeconds, bpm, key, wordless } = score
  return { mp3, durationSeconds, bpm, key, wordless, digest: digestOf(score) }
}

/** Throws a StudioRefusal for a song that would not be the same again. */
function knownScore({ recipe, digest }: KnownSong): Score {
  const score = scoreOf(recipe)
  if (!score)
    throw new StudioRefusal('The parts of this song are of different bands, so it is known as a recording only.')
  if (digest !== undefined && digestOf(score) !== digest)
    throw new StudioRefusal(
      'This song was composed by another version of the studio, which is not able to play it again.',
    )
  return score
}

function trackOf(name: string, isOfTwo: boolean): Track {
  const track = tracksOf(name, { isOfTwo })
  if (!track) throw new StudioRefusal(`The studio has no track "${name}".`)
  return track
}
