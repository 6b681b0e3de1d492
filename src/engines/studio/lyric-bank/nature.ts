import type { Theme } from '../theme.ts'

export const nature: Theme = {
  words:
    'forest mountain tree river garden flower nature wild wolf wind spring autumn leaf leaves rose bee field valley meadow bird earth desert lake butterfly blossom fox oak bloom waterfall climate climate-change environment pollution woods hill summit hiking hike rainforest reindeer deer bear gardening pond lakeside countryside farm 🌲 🌸 🌻 🌳 🐝 ⛰ 🌹 🐺 🦋 🍂',
  styles: ['folk', 'ambient', 'indie'],
  moods: ['calm', 'hopeful'],
  hooks: ['Where the river goes', 'Roots and wings', 'Under the old oak'],
  tails: [
    'growing wild and green / kindest ever seen',
    'river, root and stone / more than we have known',
    'singing in the leaves / wind beneath the eaves',
  ],
  scene: [
    'The path gives out, the ferns begin / The light comes green, the air comes in',
    'A fox went past and left a line / Of little footprints next to mine',
    "The river says the same long word / It's older than the oldest bird",
    'I planted beans along the fence / The bees are making common sense',
    'The pine trees hold the hill in place / A cobweb broke across my face',
    'The plum tree drops its white like snow / My grandad grafted it long ago',
  ],
  turn: [
    'Then came the saws along the ridge / They cut a road, they built a bridge',
    'I lost the trail, I lost the light / An owl sat watching me all night',
    'The river rose and took the wheat / We stood on chairs with muddy feet',
    'A wolf stepped out, its eyes on mine / It took my fear and gave no sign',
  ],
  after: [
    'Now from the stump there comes a shoot / A green thin flag above the root',
    "I go there when the town's too loud / I talk to water, bark and cloud",
    'The flood left silt, the silt left seed / We had more corn than we could need',
    "I've got the dirt beneath my nails / I know the frogs, I know the snails",
  ],
  chorus: [
    'Let me grow and let me bend / The way the willows do, my friend',
    "Take off your shoes, the grass is new / We'll lie down here till the sky turns blue",
    "Slow as the oak and soft as the dew / There's nothing that you have to do",
  ],
  bridge: [
    'We say we own it, draw a line / The root goes under, doing fine',
    "The leaf lets go and doesn't cry / It knows the way to feed the sky",
    "I am a guest of root and rain / And one day I'll go in again",
  ],
}
