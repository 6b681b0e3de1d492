import type { Theme } from '../theme.ts'

export const morning: Theme = {
  words:
    'coffee morning tea breakfast sunrise dawn wake waking sunday kettle espresso cappuccino early study studying homework lofi lo-fi library book books bookshop reading read lazy latte ☕ 🌅 🍵',
  styles: ['lo-fi', 'jazz', 'folk'],
  moods: ['warm', 'calm'],
  hooks: ['Morning in a cup', 'Pour it slow', 'Before the world wakes'],
  tails: [
    'warm in both my hands / someone understands',
    'slow and black and sweet / sun along the street',
    'let the daylight in / let the day begin',
  ],
  scene: [
    "The spoon goes round, the street's asleep / There's kinds of quiet bakers keep",
    "A stripe of yellow climbs the wall / It doesn't ask a thing at all",
    "The first bus sighs along the bend / The moon's still out, an old night's friend",
    'My robe is inside out again / I burned the toast by half past ten',
    "A chipped blue cup, a slice of bread / The paper's folded, still unread",
    'The pigeons walk the window ledge / And wait for crumbs along the edge',
  ],
  turn: [
    "I used to run from bed to door / I don't remember now what for",
    'The phone lit up, I let it ring / I heard the radiator sing',
    'I spilled it on the things to do / And watched the ink run brown and blue',
    'You came in wearing my old shirt / And nothing in the morning hurt',
  ],
  after: [
    "So let the world begin at eight / It's loud, it's hungry, it can wait",
    "I found ten minutes in the day / I'd somehow always thrown away",
    'The list is dry, the words are gone / I put the second kettle on',
    'I hummed it all the way to town / And nobody could bring me down',
  ],
  chorus: [
    "Pour it slow and pour it strong / The quiet doesn't last that long",
    "Lift the shutter, lift the blind / Leave whatever's left behind",
    'Bitter on the tongue and then / A little sweet, and round again',
  ],
  bridge: [
    "And maybe heaven's just a chair / Some steam, some light, and no one there",
    'I never prayed the way they planned / I hold this warm thing in my hand',
    "Tonight I'll ask where morning went / I'll know at least how it was spent",
  ],
}
