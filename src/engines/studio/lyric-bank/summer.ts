import type { Theme } from '../theme.ts'

export const summer: Theme = {
  words:
    'summer summertime beach sun sunny sunshine july august vacation surf surfing sand pool ice-cream heat barbecue palm tropical lemonade ☀ 🏖 🌞 🍦 🌴',
  styles: ['pop', 'reggae', 'rock'],
  moods: ['happy', 'romantic'],
  hooks: ['Never let the summer go', 'Barefoot all day', 'Salt and sun'],
  tails: [
    'salt upon our skin / let the heat begin',
    'barefoot all day long / humming half a song',
    'lemon, salt and lime / all we had was time',
  ],
  scene: [
    'The tar is soft, the ice has run / We eat our peaches in the sun',
    "Your shoulders peel, your nose is pink / There's sand in everything we drink",
    "The sprinkler ticks across the lawn / We haven't been inside since dawn",
    "A borrowed van, a broken board / The kind of gold you can't afford",
    'The ice cream truck is streets away / It plays the same two bars all day',
    'We hung our towels across the rail / And let the paper lanterns sail',
  ],
  turn: [
    "The last night someone lit a fire / We sang as if we'd never tire",
    "You wrote your number on my arm / It washed away, and that's its charm",
    'You said your train was Monday noon / I cursed the calendar and moon',
    'A storm came in at half past four / We kissed behind the boathouse door',
  ],
  after: [
    "There's still some sand inside my shoe / In late October, thanks to you",
    'The shops are shut, the pier is bare / But I know what we carved in there',
    'My coat still has a shell inside / I hold it when I need the tide',
    'The tan is gone, the tune remains / I hum it waiting for the trains',
  ],
  chorus: [
    "Don't let the sun go down on this / I've only had the one real kiss",
    "Jump right in, don't test it first / Nothing's sweeter than this thirst",
    "Slow it down and let it burn / We'll have all winter to return",
  ],
  bridge: [
    'We said forever, and we lied / But what a way to spend a tide',
    'It never was the sun or sand / It was the freckles on your hand',
    "If winter's long and winter's grey / I've put some light of this away",
  ],
}
