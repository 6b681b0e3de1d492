import type { Theme } from '../theme.ts'

export const rain: Theme = {
  words:
    'rain raining rainy raindrop storm stormy thunder thunderstorm lightning umbrella puddle drizzle monsoon flood cloud tin-roof hurricane tornado flooded drought puddles 🌧 ☔ ⛈ 🌩 ☁',
  styles: ['folk', 'lo-fi', 'ballad'],
  moods: ['calm', 'tender'],
  hooks: ['Let it rain on me', 'Thunder on the hill', 'Water at the door'],
  tails: [
    'all the summer through / singing me to you',
    'soft upon the stone / I am not alone',
    'let it wash me clean / let it turn me green',
  ],
  scene: [
    'The gutters sing along the lane / And someone left their shoes in the rain',
    'A bucket catches every drop / It counts for us and does not stop',
    'The windows fog, I draw a face / The kettle sets a slower pace',
    'The paper boats go sailing past / The drain is hungry, the water is fast',
    'We ran with coats above our hair / And laughed at thunder on the stair',
    'The streetlights melt along the ground / And every tyre makes a silver sound',
  ],
  turn: [
    'Then lightning showed me, white and plain / The face I missed beyond the pane',
    'The power failed, the candles came / And in the dark you said my name',
    'I had a speech I meant to say / The weather took the words away',
    'You stood there soaking at my door / I forgot what I was angry for',
  ],
  after: [
    'Now every cloud that climbs the hill / Can find me by the window still',
    'The morning found the garden bright / With all the things it drank at night',
    'I hung your jacket on the chair / It dripped till noon, I left it there',
    'I threw the old umbrella out / I know what rain is all about',
  ],
  chorus: [
    'Come down, come down, on roof and leaf / You never were the sound of grief',
    'So let it pour, so let it fall / I want to hear it on the wall',
    'Drum on, drum on, until I sleep / You know the secrets that I keep',
  ],
  bridge: [
    "And should the sky be clear for good / I'd miss you more than I thought I could",
    'The storm was never meant for me / It only had to reach the sea',
    'The farmer prayed for what I cursed / He always saw the flowers first',
  ],
}
