import { keyName } from '../harmony.ts'
import type { InstrumentName } from '../instruments.ts'
import { chooseStyle, type Style } from '../style.ts'

/** From calm to wild, in words that tags do not change a style by. */
const ENERGIES = ['sparse', 'unhurried', 'steady', 'lively', 'full of force'] as const
const ROOMS = ['dry and close', 'in a small room', 'wide and open'] as const

/** A style in more words: tags, and what the studio makes of them. As tags, the answer means the same style. */
export function sayStyle(tags: string): string {
  const style = chooseStyle({ seed: 0, take: 0, tags, title: '' }, { negativeTags: '', sung: true })
  const added = [
    style.genre.name,
    `${style.bpm} bpm`,
    keyName(style.key),
    step(ENERGIES, style.energy),
    bandOf(style),
    style.lead === 'voice' ? `${style.singer.name} voice` : `${spoken(style.lead)} lead`,
    step(ROOMS, style.room),
  ]
  const said = tags.toLowerCase()
  return [tags.trim(), ...added.filter((one) => !said.includes(one.toLowerCase()))]
    .filter((one) => one !== '')
    .join(', ')
}

function bandOf({ chords, bass, pad, second, drums }: Style): string {
  const players = [chords, bass, pad, second].filter((name) => name !== undefined)
  const names = [...new Set(players)].map(spoken)
  return `with ${[...names, drums === 'none' ? 'no drums' : 'drums'].join(', ')}`
}

const spoken = (name: InstrumentName): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const step = (words: readonly string[], share: number): string =>
  words[Math.min(words.length - 1, Math.floor(share * words.length))] ?? ''
