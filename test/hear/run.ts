import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inPython } from '../../scripts/python.ts'
import { resampled } from '../../src/engines/speech/resample.ts'
import { soundFile } from '../../src/engines/speech/sound-file.ts'
import { arrange } from '../../src/engines/studio/arrangement.ts'
import { openSinging } from '../../src/engines/studio/sing/singing.ts'
import { SAMPLE_RATE } from '../../src/engines/studio/synth/signal.ts'

/**
 * Whether words that the studio sings are understood: `npm run test:hear`. An offline recogniser is to find each sung line,
 * heard without the band, among 32. Needs Python 3.10 or later and its registry. Exit code 1 when fewer than 42 of 48 lines
 * are found, or fewer than 8 of 12 in one song; 2 when there is no Python.
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

/** 24 kHz, as files of speech have. */
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

const folder = await mkdtemp(join(tmpdir(), 'polyphony-hear-'))
try {
  for (const [number, tags] of SONGS.entries()) {
    const { sound, lines } = sungAlone(tags)
    await writeFile(join(folder, `${number}.wav`), await soundFile(sound, 'wav'))
    await writeFile(join(folder, `${number}.json`), JSON.stringify({ tags, lines }))
  }
  process.exitCode = await inPython(join(import.meta.dirname, 'requirements.txt'), (python) =>
    python([join(import.meta.dirname, 'words.py'), folder]),
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}
