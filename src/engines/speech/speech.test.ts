import { afterAll, describe, expect, it } from 'vitest'
import { inspectMp3 } from '../mp3/mp3.ts'
import { flacOf } from './flac.ts'
import { resampled } from './resample.ts'
import { openSpeech, SPEECH_FORMATS, SPEECH_SAMPLE_RATE, type SpeechFormat } from './speech.ts'
import { piecesOf, spokenText } from './spoken-text.ts'

const speech = openSpeech()
afterAll(() => speech.close())

const signal = AbortSignal.timeout(60_000)

async function spoken(format: SpeechFormat, { speed = 1, hertz }: { speed?: number; hertz?: number } = {}) {
  const text = 'The harbour sleeps.'
  const pitch = hertz === undefined ? {} : { hertz }
  const outcome = await speech.speak({ text, voice: 'slt', speed, format, ...pitch }, { signal })
  if (outcome === 'too long') throw new Error('Three words are not too long.')
  return outcome
}

const samplesOf = (pcm: Uint8Array): Float32Array => {
  const bytes = Buffer.from(pcm)
  return Float32Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readInt16LE(2 * index) / 32_768)
}

/** The pitch of the loudest quarter second, by the period at which the sound is most like itself. */
function pitchOf(samples: Float32Array): number {
  const length = SPEECH_SAMPLE_RATE / 4
  const starts = Array.from({ length: Math.floor((samples.length - 2 * length) / 500) }, (_, index) => 500 * index)
  const power = (from: number): number =>
    samples.subarray(from, from + length).reduce((sum, sample) => sum + sample * sample, 0)
  const from = starts.reduce((best, start) => (power(start) > power(best) ? start : best), 0)
  const shortest = Math.floor(SPEECH_SAMPLE_RATE / 350)
  const scores = Array.from({ length: Math.floor(SPEECH_SAMPLE_RATE / 60) - shortest }, (_, index) => {
    let score = 0
    for (let place = from; place < from + length; place++)
      score += (samples[place] ?? 0) * (samples[place + shortest + index] ?? 0)
    return score
  })
  // Two periods are as much like one as one is: the shortest that is nearly the best.
  const most = Math.max(...scores)
  return SPEECH_SAMPLE_RATE / (shortest + scores.findIndex((score) => score > 0.85 * most))
}

describe('speech', () => {
  it('the voice gives one sound in all formats, of the length that it states', async () => {
    const found = new Map<SpeechFormat, Uint8Array>()
    for (const format of SPEECH_FORMATS) found.set(format, (await spoken(format)).file)
    const { seconds } = await spoken('pcm')
    expect(seconds).toBeGreaterThan(0.8)
    expect(seconds).toBeLessThan(2)
    const beginnings = SPEECH_FORMATS.map((format) => Buffer.from(found.get(format) ?? []).toString('latin1', 0, 4))
    expect(beginnings[1]).toBe('RIFF')
    expect(beginnings.slice(3)).toEqual(['fLaC', 'OggS'])
    const pcm = Buffer.from(found.get('pcm') ?? [])
    expect(pcm.length).toBe(Math.round(seconds * SPEECH_SAMPLE_RATE) * 2)
    expect(Buffer.from(found.get('wav') ?? []).subarray(44)).toEqual(pcm)
    expect(Math.abs((inspectMp3(found.get('mp3') ?? new Uint8Array())?.durationSeconds ?? 0) - seconds)).toBeLessThan(
      0.1,
    )
    const loud = samplesOf(pcm).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
    expect(loud).toBeGreaterThan(0.1)
    expect(loud).toBeLessThan(1)
  })

  it('the voice speaks at the requested speed and pitch, and the same request gives the same bytes', async () => {
    const [usual, fast, again, low, high] = [
      await spoken('pcm'),
      await spoken('pcm', { speed: 2 }),
      await spoken('pcm'),
      await spoken('pcm', { hertz: 110 }),
      await spoken('pcm', { hertz: 220 }),
    ]
    expect(fast.seconds / usual.seconds).toBeCloseTo(0.5, 1)
    expect(Buffer.compare(usual.file, again.file)).toBe(0)
    expect(pitchOf(samplesOf(low.file))).toBeGreaterThan(90)
    expect(pitchOf(samplesOf(low.file))).toBeLessThan(140)
    expect(pitchOf(samplesOf(high.file))).toBeGreaterThan(180)
  })

  it('the voice stops on request, with the given reason, and speaks the next text', async () => {
    const stop = new AbortController()
    const long = speech.speak(
      { text: 'And so on and on. '.repeat(200), voice: 'slt', speed: 1, format: 'mp3' },
      { signal: stop.signal },
    )
    stop.abort(new Error('changed my mind'))
    await expect(long).rejects.toThrow('changed my mind')
    expect((await spoken('pcm')).seconds).toBeGreaterThan(0.8)
  })

  it('a FLAC file holds the samples that were given, whatever they are', () => {
    const noise = Int16Array.from({ length: 9_001 }, (_, index) => ((index * 7_919) % 65_536) - 32_768)
    const tone = Int16Array.from({ length: 9_001 }, (_, index) => Math.round(20_000 * Math.sin(index / 20)))
    for (const samples of [noise, tone, new Int16Array(1), Int16Array.of(-32_768, 32_767)])
      expect(decodedFlac(flacOf(samples, 24_000))).toEqual(Array.from(samples))
    expect(flacOf(tone, 24_000).length).toBeLessThan(tone.length)
  })

  it('another sample rate keeps a tone as it is', () => {
    const tone = (rate: number, count: number) =>
      Float32Array.from({ length: count }, (_, index) => Math.sin((2 * Math.PI * 1_000 * index) / rate))
    const heard = resampled(tone(16_000, 1_600), 3, 2)
    const wanted = tone(24_000, 2_400)
    expect(heard.length).toBe(2_400)
    for (let index = 100; index < 2_300; index++)
      expect(Math.abs((heard[index] ?? 0) - (wanted[index] ?? 0))).toBeLessThan(0.002)
  })

  it('a text is reduced to what an English voice speaks, and letters that it cannot speak are reported', () => {
    const texts = ['“Café” – naïve…', 'Straße №5', 'ﬁne ﬂow', '🎉 yes 🎉', 'two\u0000words\nhere']
    expect(texts.map(spokenText)).toEqual([
      { text: '"Cafe" - naive...' },
      { text: 'Strasse No5' },
      { text: 'fine flow' },
      { text: 'yes' },
      { text: 'two words here' },
    ])
    expect(['', ' … ', '🎉🎉', '?!'].map(spokenText)).toEqual(new Array(4).fill('no words'))
    expect(['say Привет', '夜の海', 'かぜ', '사랑', 'مرحبا', 'ə'].map(spokenText)).toEqual([
      { unknown: 'П', script: 'Cyrillic' },
      { unknown: '夜', script: 'Chinese' },
      { unknown: 'か', script: 'Japanese' },
      { unknown: '사', script: 'Korean' },
      { unknown: 'م', script: 'Arabic' },
      { unknown: 'ə', script: undefined },
    ])
  })

  it('a long text is cut at ends of sentences, else between words, else anywhere, and nothing is lost', () => {
    expect(piecesOf('One two three. Four five six. Seven', 18)).toEqual(['One two three.', 'Four five six.', 'Seven'])
    expect(piecesOf('one two three four', 10)).toEqual(['one two', 'three four'])
    expect(piecesOf('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij'])
    expect(piecesOf('', 4)).toEqual([])
  })
})

/** Reads what `flacOf` writes: fixed predictors and Rice codes, mono, 16 bit. */
function decodedFlac(file: Uint8Array): number[] {
  let place = 8 * (4 + 4 + 34)
  const read = (width: number): number => {
    let value = 0
    for (let bit = 0; bit < width; bit++, place++)
      value = 2 * value + (((file[place >> 3] ?? 0) >> (7 - (place & 7))) & 1)
    return value
  }
  const out: number[] = []
  while (place < 8 * file.length) {
    expect(read(16)).toBe(0xfff8)
    expect([read(4), read(4), read(4), read(3), read(1)]).toEqual([7, 0, 0, 4, 0])
    const first = read(8)
    if (first >= 0xc0) read(8)
    const count = read(16) + 1
    read(8)
    read(1)
    const order = read(6) & 7
    read(1)
    const block = Array.from({ length: order }, () => (read(16) << 16) >> 16)
    expect([read(2), read(4)]).toEqual([0, 0])
    const parameter = read(4)
    for (let index = order; index < count; index++) {
      let quotient = 0
      while (read(1) === 0) quotient++
      const folded = quotient * 2 ** parameter + read(parameter)
      const rest = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2
      const [a = 0, b = 0, c = 0, d = 0] = [1, 2, 3, 4].map((back) => block[index - back])
      block.push(rest + ([0, a, 2 * a - b, 3 * a - 3 * b + c, 4 * a - 6 * b + 4 * c - d][order] ?? 0))
    }
    out.push(...block)
    place = 8 * Math.ceil(place / 8) + 16
  }
  return out
}
