import type { Theme } from '../theme.ts'

export const road: Theme = {
  words:
    'road highway drive driving driver car truck motorcycle motorbike wheel route engine freeway road-trip ride riding cruise cruising bicycle motorway bike bikes skateboard skateboarding van 🚗 🚙 🛣 🏍 🚲',
  styles: ['rock', 'country', 'pop'],
  moods: ['energetic', 'hopeful'],
  hooks: ['Nothing but highway', 'Windows down', 'Drive until morning'],
  tails: [
    'windows rolled down low / anywhere we go',
    'engine running warm / out before the storm',
    'radio turned up loud / underneath a cloud',
  ],
  scene: [
    'The map lies open on your knees / The dashboard smells of orange trees',
    'We bought our peaches by the mile / From an old man with half a smile',
    'The tank is full, the sky is wide / You hang your feet out of the side',
    'The radio finds just one song / We know it wrong and sing along',
    'Your finger draws across the dust / A heart upon the hood of rust',
    'The white lines jump beneath our wheels / And this is how tomorrow feels',
  ],
  turn: [
    'Then smoke came curling from the hood / We pushed as far as two kids could',
    'We took a turn that no one planned / And found an ocean made of sand',
    'A deer stood frozen in our light / We sat there shaking half the night',
    "You said you'd never meant to stay / I drove ten miles and looked away",
  ],
  after: [
    'We slept on sand beneath our coats / And woke to bells of fishing boats',
    'Now every sign is just a friend / I do not need the road to end',
    'The engine cooled, we learned to walk / It turns out silence likes to talk',
    'The mirror shows me where we ran / The long grey place where it began',
  ],
  chorus: [
    "Don't tell me where, don't tell me when / We'll turn around and start again",
    "Put your hand out, feel the air / We're already halfway there",
    "Leave the city, leave the phone / There are roads that no one's known",
  ],
  bridge: [
    "And maybe where we're going to / Was never half as good as you",
    "A road's a line that someone drew / To pull the old world to the new",
    "The bills will find us, and the cold / But not before this story's told",
  ],
}
