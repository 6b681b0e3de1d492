import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inPython } from '../../scripts/python.ts'
import { resampled } from '../../src/engines/speech/resample.ts'
import { soundFile } from '../../src/engines/speech/sound-file.ts'
import { arrange } from '../../src/engines/studio/arrangement.ts'
import { parseLyrics } from '../../src/engines/studio/lyrics.ts'
import { copyOf, sungEvenly } from '../../src/engines/studio/sing/copies.testing.ts'
import { envelopesOf } from '../../src/engines/studio/sing/envelopes.ts'
import type { Phrase } from '../../src/engines/studio/sing/phrase.ts'
import { pronounce } from '../../src/engines/studio/sing/pronounce.ts'
import { chooseSinger, type Singer } from '../../src/engines/studio/sing/singers.ts'
import { openSinging } from '../../src/engines/studio/sing/singing.ts'
import { SAMPLE_RATE } from '../../src/engines/studio/synth/signal.ts'

/**
 * Whether words that the studio sings are understood: `npm run test:hear`. An offline recogniser is to find each sung line,
 * heard without the band, among 32. It also writes down the lines as they are spoken, as the singer's voice copies them at the same
 * times and pitch, and as they are sung at 0.24 s a syllable: a copy is to be understood as well as the speech. Needs Python 3.11
 * or later and its registry. Exit code 1 when a threshold of `words.py` is missed; 2 when there is no Python.
 */

const SONGS = ['folk, male', 'pop, female', 'jazz, female', 'hip hop, male']

const LINES = [
  'the lamp is burning low tonight',
  'the moon is sailing silver light',
  'i left my heart beside the road',
  'and sang it softly as i rode',
  'carry me home carry me home',
  'over the water over the foam',
  'never again will i wander alone',
  'the cold wind is blowing through the bone',
  'i can hear the water and i know the way',
  'counting every star at the end of day',
  'hold on hold on and then it is nearly gone',
  'dancing in the kitchen with the radio on',
]

const BLOCK = 65_536

/** 24 kHz, as files of speech have, from the sample rate of songs; from 16 kHz it is 3 to 2. */
const [UP, DOWN] = [80, 147]

function sungAlone(tags: string) {
  const parts = [LINES.slice(0, 4), LINES.slice(4, 8), LINES.slice(8)].map((lines) => lines.join('\n'))
  const lyrics = `[Verse]\n${parts[0]}\n[Chorus]\n${parts[1]}\n[Verse]\n${parts[2]}`
  const score = arrange({ lyrics, tags, title: 'Heard', instrumental: false, seed: 7, take: 0 })
  const total = Math.ceil(score.durationSeconds * SAMPLE_RATE)
  const sound = new Float32Array(total)
  const singing = openSinging(score, BLOCK)
  for (let from = 0; from < total; from += BLOCK) {
    const samples = Math.min(BLOCK, total - from)
    const [left, right, room, echo] = [
      new Float32Array(BLOCK),
      new Float32Array(BLOCK),
      new Float32Array(BLOCK),
      new Float32Array(BLOCK),
    ]
    singing.addTo({ left, right, room, echo }, samples)
    for (let index = 0; index < samples; index++) sound[from + index] = ((left[index] ?? 0) + (right[index] ?? 0)) / 2
  }
  const notes = score.parts.find(({ instrument }) => instrument === 'voice')?.notes ?? []
  const lines: { text: string; from: number; to: number; syllables: number }[] = []
  for (const { at, seconds, syllable } of notes) {
    const { phrase, index } = syllable?.sung ?? {}
    if (!phrase) continue
    if (index === 0) lines.push({ text: phrase.line, from: at, to: at, syllables: 0 })
    const line = lines.at(-1)
    if (line) Object.assign(line, { to: at + seconds, syllables: line.syllables + 1 })
  }
  return { sound: resampled(sound, UP, DOWN), lines }
}

/** Who sings lines evenly, around which note. */
const EVENLY = { low: { tags: 'male', middle: 52 }, high: { tags: 'female', middle: 61 } }

/** The lines by themselves: spoken, copied, and sung evenly; each is a file. */
async function writeLines(folder: string): Promise<void> {
  const write = async (kind: string, index: number, sound: Float32Array): Promise<void> =>
    writeFile(join(folder, `${kind}-${index}.wav`), await soundFile(resampled(sound, 3, 2), 'wav'))
  for (const [name, { tags, middle }] of Object.entries(EVENLY)) {
    const singer = chooseSinger(tags, ['plain', 'any'], ([first]) => first)
    for (const [index, line] of LINES.entries()) {
      const phrase = phraseOf(line, singer)
      if (name === 'low') {
        await write('speech', index, phrase.samples)
        await write('copy', index, copyOf(phrase, envelopesOf(phrase, singer.spokenHertz), singer.spokenHertz))
      }
      await write(name, index, sungEvenly(phrase, singer, { middle }))
    }
  }
  await writeFile(join(folder, 'lines.json'), JSON.stringify(LINES))
}

function phraseOf(line: string, singer: Singer): Phrase {
  const [section] = pronounce(parseLyrics(`[Verse]\n${line}`), singer).sections
  const phrase = section?.lines[0]?.syllables[0]?.sung?.phrase
  if (!phrase) throw new Error(`The singer cannot read the line "${line}".`)
  return phrase
}

const folder = await mkdtemp(join(tmpdir(), 'polyphony-hear-'))
try {
  for (const [number, tags] of SONGS.entries()) {
    const { sound, lines } = sungAlone(tags)
    await writeFile(join(folder, `${number}.wav`), await soundFile(sound, 'wav'))
    await writeFile(join(folder, `${number}.json`), JSON.stringify({ tags, lines }))
  }
  await writeLines(folder)
  process.exitCode = await inPython(join(import.meta.dirname, 'requirements.txt'), (python) =>
    python([join(import.meta.dirname, 'words.py'), folder]),
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}
