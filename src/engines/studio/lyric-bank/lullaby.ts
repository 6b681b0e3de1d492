import type { Theme } from '../theme.ts'

export const lullaby: Theme = {
  words:
    'lullaby sleep sleeping baby cradle bedtime sleepy goodnight nursery newborn child children toddler teddy berceuse kids toddlers nap naptime 👶 🍼 😴 💤 🧸',
  styles: ['waltz', 'folk', 'ambient'],
  moods: ['calm', 'tender'],
  hooks: ['Close your eyes', 'Little boat of dreams', 'Hush until morning'],
  tails: [
    'close your sleepy eyes / till the sun will rise',
    'hush and go to sleep / stars are counting sheep',
    'soft as falling snow / off to dreams you go',
  ],
  scene: [
    'The bear is tucked beneath your chin / The moon is trying to get in',
    'The bath is drained, the ducks are dry / The swing is empty, so is the sky',
    'Your shoes are sleeping by the wall / The smallest shoes, the best of all',
    'The curtain breathes, the clock is kind / The day is folded up behind',
    'One sock is lost, one story read / One yellow lion guards your bed',
    'The cat has curled up on the chair / And dreams are combing through your hair',
  ],
  turn: [
    "You asked me where the daytime goes / It's under hills, it's in your toes",
    "And if the thunder comes to play / I'll pour it tea, send it away",
    'I had a song from long ago / My mother sang it, now you know',
    "One day you'll be too big to hold / I'll keep this hour, like hidden gold",
  ],
  after: [
    'Now you are sailing, light as foam / A paper boat that knows its home',
    "The house breathes in, the house breathes out / There's nothing left to cry about",
    'The owls have sat down in a ring / They only came to hear me sing',
    "Tomorrow's waiting, bread and bees / And puddles up above your knees",
  ],
  chorus: [
    "Hush now, hush now, little one / Tomorrow's got another sun",
    "Rock to the left, rock to the right / I've got the morning, you've got the night",
    "Sleep, my sailor, sleep, my star / I'll be here, right where you are",
  ],
  bridge: [
    "When you are old and I am small / I hope you'll hum it down the hall",
    "I do not know what you will be / You're all the world, asleep on me",
    "The night's not made for fear, my dear / It's made so all the stars appear",
  ],
}
