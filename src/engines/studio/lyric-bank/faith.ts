import type { Theme } from '../theme.ts'

export const faith: Theme = {
  words:
    'god lord jesus christ faith grace pray prayer prayers praying worship praise blessing blessings blessed bless church holy holy-spirit amen hallelujah mercy salvation saviour savior gospel psalm allah ramadan easter shabbat vesak 🙏 ✝ ☪',
  styles: ['gospel', 'soul', 'folk'],
  moods: ['hopeful', 'tender'],
  hooks: ['Carry me over', 'Open the door', 'Higher than I am'],
  tails: [
    'light along the way / teach me how to pray',
    'carry me along / you are in the song',
    'higher than the sky / never asking why',
  ],
  scene: [
    'The candle leans, the pews are cold / The book falls open, soft and old',
    'I came in late, I sat in back / My shoes were wet, my coat was black',
    'The morning comes through coloured glass / And paints the dust as people pass',
    'My mother hummed it at the sink / She knew it more than I would think',
    "I've asked for signs, I've asked for rain / I've asked the same thing once again",
    'The organ breathes before the tune / The rafters hold the afternoon',
  ],
  turn: [
    'And then a stranger took my hand / And did not ask to understand',
    'I stopped the talking in my head / And heard how little had been said',
    'I fell as far as I could fall / And something caught me after all',
    'The choir began without a cue / I did not know the words, they knew',
  ],
  after: [
    "Now every day's a gift to spend / I give it to a foe, a friend",
    "I leave the porch light on till late / For anyone who's at the gate",
    "I carry less, I travel slow / There's room for others as I go",
    "I do not have it figured out / I've only learned to sing through doubt",
  ],
  chorus: [
    'Lift me up and set me down / Wash the dust of all this town',
    'All I have and all I owe / Came from hands I do not know',
    'Open wide and let it in / Every end can still begin',
  ],
  bridge: [
    "It isn't thunder, isn't flame / It's someone calling you by name",
    'The smallest light is still a light / It does not argue with the night',
    "If I am dust, then I'll be free / The wind has always carried me",
  ],
}
