import type { Theme } from '../theme.ts'

export const space: Theme = {
  words:
    'space star moon moonlight planet galaxy rocket astronaut mars universe comet sky cosmos cosmic orbit satellite alien ufo spaceship saturn 🚀 ⭐ 🌙 🌟 👽 🪐 ✨ 🌌',
  styles: ['synthwave', 'ambient', 'pop'],
  moods: ['dreamy', 'epic'],
  hooks: ['Farther than the moon', 'Message to the ground', 'A light year away'],
  tails: [
    'floating in the blue / signalling to you',
    'past the edge of night / following the light',
    'small and far away / drifting night and day',
  ],
  scene: [
    "The countdown shook the cup I'd brought / I had no time for one last thought",
    "From here the Earth's a marble, blue / And somewhere on it, there is you",
    'I float beside a plastic spoon / I eat my supper by the moon',
    "I pinned your picture by the gauge / It's curling slightly now with age",
    'My boots have left a print in dust / It will outlast all iron and rust',
    "Your voice gets here an hour late / You say you're fine, you say you'll wait",
  ],
  turn: [
    'The signal dropped, the screen went black / I kept on talking, nothing came back',
    'A window cracked the width of hair / I thought of you, and breathed thin air',
    'I passed the last place with a name / And nothing there was quite the same',
    'They told me I could turn around / I looked for blue, I looked for ground',
  ],
  after: [
    "Now I'm a spark that children see / They make a wish, they wish on me",
    "I've sent you back a grain of stone / So neither planet feels alone",
    'I came down burning, soft as rain / And learned to love the ground again',
    "My bones are slow, my steps are wide / There's so much sky kept up inside",
  ],
  chorus: [
    "Turn up the stars, turn down the fear / There's nothing but the dark up here",
    'If you can see me, wave a light / I pass your roof at ten each night',
    'Farther than far, and farther still / I carry you and always will',
  ],
  bridge: [
    "We're made of stars, the teachers say / No wonder that we drift away",
    'From here no border can be seen / Just cloud and brown and blue and green',
    'How small it is, how far, how round / And all I love is on the ground',
  ],
}
