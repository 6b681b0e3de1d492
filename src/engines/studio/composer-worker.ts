import type { MessagePort } from 'node:worker_threads'
import { withTags } from '../mp3/id3.ts'
import { arrange } from './arrangement.ts'
import { type Bank, openBank } from './band/bank.ts'
import { drawCover } from './cover.ts'
import { openMp3Writer } from './encode.ts'
import { masterBlocks } from './master/master.ts'
import type { Song, SongRequest } from './song.ts'
import { SAMPLE_RATE } from './synth/signal.ts'

export interface Job {
  request: SongRequest
  /** One cell; any value but 0 stops the work. Shared memory, because a busy worker reads no messages. */
  stop: Int32Array<SharedArrayBuffer>
  /** Receives the progress in whole percent. */
  progress: MessagePort
}

export type Outcome = { status: 'finished'; song: Song } | { status: 'stopped' }

const ARRANGED_PERCENT = 2
const RENDERED_PERCENT = 96

/** The sound bank, opened with the thread's first song. */
let bank: Promise<Bank | undefined> | undefined

/** Runs in a worker thread: one whole song, from the words to the bytes. */
export default async function compose({ request, stop, progress }: Job): Promise<Outcome> {
  const isStopped = (): boolean => Atomics.load(stop, 0) !== 0
  try {
    if (isStopped()) return { status: 'stopped' }
    bank ??= openBank()
    const score = arrange(request)
    const writer = await openMp3Writer({ sampleRate: SAMPLE_RATE, channels: 2, kbitPerSecond: 160 })
    for (const { left, right, doneSeconds } of masterBlocks(score, await bank)) {
      if (isStopped()) return { status: 'stopped' }
      if (left.length > 0) writer.write([left, right])
      const share = doneSeconds / score.durationSeconds
      progress.postMessage(Math.floor(ARRANGED_PERCENT + (RENDERED_PERCENT - ARRANGED_PERCENT) * share))
    }
    const sound = writer.finish()
    const cover = await drawCover({
      title: request.title,
      tags: request.tags,
      seed: request.seed,
      take: request.take,
      energy: score.energy,
      isDark: /minor|phrygian|bhairav/.test(score.key),
    })
    const song: Song = {
      mp3: withTags(sound, { title: request.title, software: 'Polyphony studio' }),
      coverJpeg: cover.small,
      coverLargeJpeg: cover.large,
      durationSeconds: score.durationSeconds,
      bpm: score.bpm,
      key: score.key,
      wordless: score.wordless,
    }
    progress.postMessage(100)
    return { status: 'finished', song }
  } finally {
    progress.close()
  }
}
