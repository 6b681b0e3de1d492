import { type Random, rotate } from '../random.ts'

/** Colours that go together. */
export interface Palette {
  ground: string
  /** From the one nearest to the ground to the farthest from it. */
  shades: readonly [string, string, string]
  accent: string
}

const palette = (ground: string, near: string, middle: string, far: string, accent: string): Palette => ({
  ground,
  shades: [near, middle, far],
  accent,
})

const PALETTES = {
  night: palette('#0b1026', '#1b2a5a', '#5b6ee1', '#cbd7ff', '#ff6b6b'),
  ember: palette('#1a0f0a', '#5c1a1b', '#c8553d', '#ffd5c2', '#f28f3b'),
  forest: palette('#10231c', '#1f4d3a', '#6a994e', '#f2e8cf', '#e9b44c'),
  sea: palette('#03222f', '#0a4d68', '#2a9d9d', '#f6f1e9', '#ff8066'),
  dusk: palette('#2b1b3d', '#5e3a73', '#b5657b', '#fbe3b3', '#f2a07b'),
  soot: palette('#121212', '#2e2e2e', '#8a8a8a', '#ececec', '#ff4b2b'),
  cream: palette('#f4ead5', '#e0c9a6', '#c16e4a', '#1f2a2e', '#3d6b6b'),
  mint: palette('#e8f3ee', '#b9dccb', '#5aa897', '#21474b', '#f2894f'),
  blossom: palette('#ffe9ec', '#ffb8c6', '#ef5d86', '#3a1f3d', '#3f7cac'),
  neon: palette('#0d0221', '#3a1a6e', '#ff3864', '#f5f0ff', '#2de2e6'),
  desert: palette('#f7e1c3', '#eab676', '#d1603d', '#2f2a3c', '#2b7a78'),
  ice: palette('#eaf4fb', '#bcd8ec', '#6c9bc4', '#1f3557', '#e4572e'),
  wine: palette('#1c0a12', '#4a0f26', '#a3264e', '#f7d6bf', '#e8985e'),
  mustard: palette('#1d2a2b', '#216869', '#dda63a', '#f4f1de', '#e07a5f'),
  lilac: palette('#efe7f6', '#cdb4ea', '#8d6bb8', '#33204d', '#f4b942'),
  acid: palette('#111214', '#3b2fa8', '#7d5fff', '#f5f5f0', '#d7ff3e'),
  poster: palette('#f2efe6', '#f3c53c', '#d7432b', '#1c1c1c', '#1f5fa8'),
  moss: palette('#e6e6d1', '#b7bf8f', '#6f7f45', '#262d1c', '#c8553d'),
} as const satisfies Record<string, Palette>

type Name = keyof typeof PALETTES
type Choice = readonly [Name, ...Name[]]

/** Words of tags and the palettes that suit them. The first that match are taken. */
const BY_MOOD: readonly (readonly [RegExp, Choice])[] = [
  [/metal|punk|hardcore|\bepic|battle|\bdark|horror|industrial/, ['ember', 'soot', 'wine', 'night', 'acid']],
  [/synth|retro|80s|trance|edm|house|techno|club|drum and bass|hyper|chip/, ['neon', 'acid', 'night', 'dusk', 'soot']],
  [/happy|joy|summer|pop|disco|funk|reggae|latin|bossa/, ['desert', 'poster', 'blossom', 'mustard', 'mint', 'lilac']],
  [/romantic|love|soul|r&b|tender|ballad/, ['wine', 'blossom', 'dusk', 'lilac', 'cream']],
  [/sad|melanchol|lonely|winter/, ['ice', 'night', 'soot', 'dusk', 'sea']],
  [/dream|ambient|space|ethereal|lullaby|lo-?fi/, ['dusk', 'lilac', 'night', 'sea', 'ice']],
  [/calm|folk|acoustic|country|nature|waltz|celtic/, ['forest', 'cream', 'moss', 'sea', 'desert', 'mint']],
  [/jazz|blues|classical|piano|orchestra/, ['cream', 'mustard', 'wine', 'poster', 'sea']],
]
const ANY: Choice = ['poster', 'dusk', 'sea', 'cream', 'mustard', 'night', 'mint', 'ember', 'lilac', 'forest']
const DARK = new Set<Name>(['night', 'ember', 'forest', 'sea', 'dusk', 'soot', 'neon', 'wine', 'mustard', 'acid'])

/** Colours for the mood that the tags name; a song in minor gets the darker ones of them. Takes in turn get different ones. */
export function paletteFor({
  tags,
  isDark,
  take,
  seed,
}: {
  tags: string
  isDark: boolean
  take: number
  seed: number
}): Palette {
  const suiting = BY_MOOD.find(([words]) => words.test(tags.toLowerCase()))?.[1] ?? ANY
  const [first, ...rest] = suiting.filter((name) => DARK.has(name) === isDark)
  // One colour scheme for all takes would make them look alike.
  const list: Choice = first !== undefined && rest.length > 0 ? [first, ...rest] : suiting
  return PALETTES[rotate(list, `${seed}${tags}palette`, take)]
}

/** How bright a colour is seen: 0 black … 1 white. */
export function brightness(colour: string): number {
  const [red = 0, green = 0, blue = 0] = rgbOf(colour)
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
}

export const rgbOf = (colour: string): number[] =>
  [1, 3, 5].map((place) => Number.parseInt(colour.slice(place, place + 2), 16))

/** A colour between two others: 0 the one, 1 the other. */
export function mixed(one: string, other: string, share: number): string {
  const to = rgbOf(other)
  return `#${rgbOf(one)
    .map((value, index) =>
      Math.round(value + ((to[index] ?? 0) - value) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}

/** The palette with its shades in another order, its ground kept. */
export function turned(palette: Palette, random: Random): Palette {
  const [near, middle, far] = palette.shades
  return random.chance(0.5) ? palette : { ...palette, shades: [near, palette.accent, far], accent: middle }
}
