import type { Theme } from '../theme.ts'

export const sea: Theme = {
  words:
    'sea ocean sailor ship boat wave harbour harbor lighthouse tide fisherman shore island whale pirate mermaid sail sailing captain anchor coast shipwreck dolphin sailors fishing fish shanty whales harbourside crab submarine surfboard 🌊 ⛵ ⚓ 🐋 🐬 🏝',
  styles: ['folk', 'ballad', 'ambient'],
  moods: ['calm', 'epic'],
  hooks: ['Keep the light on', 'Out past the harbour', 'Salt in the wind'],
  tails: [
    'turning in the dark / one remaining spark',
    'calling over foam / bring the sailors home',
    'salt upon the stone / no one sails alone',
  ],
  scene: [
    'The lamp goes round, the gulls go still / The fog has swallowed up the hill',
    "My father's boots stand by the door / With salt in rings from years before",
    'The nets are mended, knot by knot / We count the boats that we have got',
    'The harbour smells of tar and rope / The chapel bell, the laundry soap',
    'I learned the wind before the word / And every weather has its bird',
    'A letter from across the bay / Takes seven tides to find its way',
  ],
  turn: [
    'Then came a night without a star / We heard the bell, but not how far',
    "The wire went dead, but first it said / I see your light, it's burning red",
    'I took the rope, she took the oar / We pulled till we could touch the shore',
    'The wave that took the pier away / Left us one boat, and one more day',
  ],
  after: [
    'Now every dusk I climb the stair / I trim the flame, I say the prayer',
    'They came in one by one by dawn / We sang till all the fear was gone',
    'The sea gave back a wooden shoe / A blue glass float, and never you',
    'The children bring me shells to keep / I tell them what is in the deep',
  ],
  chorus: [
    'Carry me over, carry me through / The water is wide but the lamp is true',
    "Turn, light, turn, and don't go out / There's someone there, I have no doubt",
    'Haul away and hold the line / Your hands are cold, hold on to mine',
  ],
  bridge: [
    'And all this time I kept the flame / Perhaps it kept me just the same',
    "The sea's not cruel, the sea's not kind / It's only larger than your mind",
    "From out there it's a single spark / One yellow word against the dark",
  ],
}
