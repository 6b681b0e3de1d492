import type { Theme } from '../theme.ts'

export const music: Theme = {
  words:
    'music guitar piano band singer radio melody drum drummer violin concert stage record vinyl microphone choir busker orchestra saxophone jazz musician singing orchestral karaoke songwriter busking drums 🎵 🎶 🎸 🎹 🎤 🎷',
  styles: ['rock', 'soul', 'jazz'],
  moods: ['warm', 'energetic'],
  hooks: ['Turn it up', 'Six string heart', 'Play it again'],
  tails: [
    'play it till the dawn / keep it going on',
    'strum it soft and low / everywhere I go',
    'one more time for me / any kind of key',
  ],
  scene: [
    "The strings are old, the wood is thin / It's where my father's songs went in",
    "A busker plays outside the bank / He's got one coin and God to thank",
    "The needle drops, the crackle's sweet / It smells like rain on summer street",
    "We practise in a garage, cold / The amp's on loan, the bass is old",
    'My fingers bleed on bar chord three / The neighbours all are cursing me',
    'The choir loft is full of dust / The organ keeps its voice of rust',
  ],
  turn: [
    'I broke a string in front of all / And sang without it to the hall',
    "You hummed the part I'd never found / I turned around towards the sound",
    "They said there's nothing in it, kid / I heard them out, and then I did",
    "I hadn't played since you were ill / You asked me to, and I sat still",
  ],
  after: [
    "A stranger hums it in the street / And doesn't know me when we meet",
    "It never made us rich or known / I've never spent a night alone",
    "I leave the case unlocked these days / There's always somebody who plays",
    "The last note hung, and no one stirred / That silence was the best I've heard",
  ],
  chorus: [
    "Three cheap chords and half a rhyme / It's saved my life more than one time",
    "Turn it up until it's true / There's nothing that a song can't do",
    "Sing it wrong but sing it loud / There's one of us in every crowd",
  ],
  bridge: [
    'When every word I had was gone / There was a note to carry on',
    "A song's a door in a wall of air / You push, and someone else is there",
    "The birds don't ask if they are good / They do it as all creatures should",
  ],
}
