import sharp from 'sharp'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { inspectMp3 } from '../mp3/mp3.ts'
import { levelDb, likeness, listen } from './listen.testing.ts'
import { openStudio, type Song, type SongRequest } from './studio.ts'

const studio = openStudio()
afterAll(() => studio.close())
/** What the first test makes is looked at by the next ones, too. */
let made: Promise<Song> | undefined

let signal: AbortSignal
beforeEach(() => {
  signal = AbortSignal.timeout(60_000)
})
const request: SongRequest = {
  lyrics:
    '[Verse]\nThe lamp is burning low tonight\nThe harbour sleeps in silver light\n[Chorus]\nCarry me home, carry me home\nOver the water, over the foam',
  tags: 'folk, acoustic guitar, warm',
  title: 'Harbour <Light> & "Foam"',
  instrumental: false,
  seed: 11,
  take: 0,
  seconds: 8,
}

describe('studio', () => {
  it('the studio makes a song that plays, has the stated length, and is neither silent nor clipped', async () => {
    const heardPercents: number[] = []
    const pieces: Uint8Array[] = []
    made = studio.compose(request, {
      signal,
      onProgress: (percent) => heardPercents.push(percent),
      onSound: (bytes) => pieces.push(bytes),
    })
    const song = await made
    // It could be heard while it was made: in more than a piece, and in no other bytes.
    expect(pieces.length).toBeGreaterThan(5)
    expect(Buffer.compare(Buffer.concat(pieces), song.mp3)).toBe(0)
    const heard = await listen(song.mp3)
    expect(heard.errors).toBe(0)
    expect([heard.sampleRate, heard.channels]).toEqual([44_100, 2])
    expect(song.durationSeconds).toBe(8)
    expect(Math.abs(heard.seconds / song.durationSeconds - 1)).toBeLessThan(0.02)
    expect(Math.abs((inspectMp3(song.mp3)?.durationSeconds ?? 0) / song.durationSeconds - 1)).toBeLessThan(0.02)
    expect(heard.clipped).toBeLessThan(1e-4)
    for (let second = 1; second < 6; second += 2) {
      expect(levelDb(heard.left, heard.sampleRate, second, second + 2)).toBeGreaterThan(-40)
    }
    expect(heardPercents.at(-1)).toBeGreaterThan(50)
    expect(heardPercents).toEqual([...heardPercents].sort((a, b) => a - b))
  })

  it('the studio makes the same bytes for the same request, and another song for the next take', async () => {
    made ??= studio.compose(request, { signal })
    const [first, again, second] = await Promise.all([
      made,
      studio.compose(request, { signal }),
      studio.compose({ ...request, take: 1 }, { signal }),
    ])
    expect(Buffer.compare(first.mp3, again.mp3)).toBe(0)
    expect(Buffer.compare(first.coverLargeJpeg, again.coverLargeJpeg)).toBe(0)
    expect(second.key).not.toBe(first.key)
    expect(Math.abs(second.bpm - first.bpm)).toBeGreaterThan(4)
    const [one, other] = await Promise.all([listen(first.mp3), listen(second.mp3)])
    expect(likeness(one.left, one.left)).toBeGreaterThan(0.99)
    expect(likeness(one.left, other.left)).toBeLessThan(0.7)
  })

  it('the studio draws covers of the stated sizes', async () => {
    made ??= studio.compose(request, { signal })
    const { coverJpeg, coverLargeJpeg } = await made
    const facts = await Promise.all([coverJpeg, coverLargeJpeg].map((bytes) => sharp(bytes).metadata()))
    expect(facts.map(({ format, width, height }) => [format, width, height])).toEqual([
      ['jpeg', 512, 512],
      ['jpeg', 1024, 1024],
    ])
  })

  it('the studio stops a song on request, with the given reason, and goes on with the next', async () => {
    const stop = new AbortController()
    const long = studio.compose(
      { ...request, seconds: 600 },
      { signal: stop.signal, onProgress: () => stop.abort(new Error('changed my mind')) },
    )
    await expect(long).rejects.toThrow('changed my mind')
    await expect(studio.compose(request, { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow(
      'too late',
    )
    const next = await studio.compose({ ...request, seconds: 4, title: '' }, { signal })
    expect(next.durationSeconds).toBe(4)
  })

  it('the studio rejects at once when a song is stopped, without waiting for its thread', async () => {
    const stop = new AbortController()
    const begun = Promise.withResolvers<void>()
    const song = studio.compose({ ...request, seconds: 60 }, { signal: stop.signal, onProgress: () => begun.resolve() })
    const ended = song.catch((error: Error) => error.message)
    await begun.promise
    stop.abort(new Error('enough'))
    expect(await Promise.race([ended, nextTurn('still working')])).toBe('enough')
  })

  it('the studio stops a song that still waits for a thread', async () => {
    await using busy = closable(openStudio({ threads: 1 }))
    const stop = new AbortController()
    const waiting = Array.from({ length: 3 }, () =>
      busy.studio.compose({ ...request, seconds: 600 }, { signal: stop.signal }),
    )
    stop.abort(new Error('never mind'))
    for (const outcome of await Promise.allSettled(waiting)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'never mind' } })
    }
  })

  it('the studio refuses a length that no song can have', async () => {
    await expect(studio.compose({ ...request, seconds: 0 }, { signal })).rejects.toThrow(/4 to 600 seconds, not 0/)
  })

  it('closing the studio ends the songs that are being made', async () => {
    const closing = openStudio({ threads: 1 })
    const song = closing.compose({ ...request, seconds: 600 }, { signal })
    const outcome = expect(song).rejects.toThrow('The studio is closed.')
    await closing.close()
    await outcome
  })
})

/** Settles with the next turn of the event loop, which no message of a thread can precede. */
const nextTurn = (value: string): Promise<string> => new Promise((resolve) => setImmediate(resolve, value))

const closable = (studio: ReturnType<typeof openStudio>) => ({ studio, [Symbol.asyncDispose]: () => studio.close() })
