import type { Theme } from '../theme.ts'

export const birthday: Theme = {
  words:
    'birthday party celebrate celebrating celebration balloon candle anniversary festival weekend new-year toast cheers birthdays diwali holi eid jubilee 🎂 🎉 🎈 🥳 🎊',
  styles: ['pop', 'disco', 'folk'],
  moods: ['happy', 'warm'],
  hooks: ['Raise it up', 'Another year around', 'One more candle'],
  tails: [
    'make a wish and blow / look at how you grow',
    'sing it to the street / dance with dusty feet',
    'one more time around / hear that happy sound',
  ],
  scene: [
    'The candles lean, the icing slips / The smallest one has sugared lips',
    "There's dancing in the narrow hall / And taped-up paper on the wall",
    "The neighbours came round to complain / They've got a plate and some champagne",
    'The coats are piled upon the bed / A child is sleeping there instead',
    'Your uncle plays the kitchen pan / And no one claps like mother can',
    'We strung the lights from tree to tree / And wrote your name for all to see',
  ],
  turn: [
    'Then someone dimmed the kitchen light / And every face turned gold and bright',
    "You said you didn't want a fuss / You should have known better with us",
    'The one we miss had left a card / We read it twice out in the yard',
    'You closed your eyes a bit too long / And someone, crying, started the song',
  ],
  after: [
    'And when the last balloon came down / We walked it gently through the town',
    "The floor is sticky, spirits high / You're one more year of asking why",
    "We'll tell it till the tale is tall / The night that you outdanced us all",
    'The photographs came out all blurred / You still can hear us, every word',
  ],
  chorus: [
    "Come on, come in, the door's not locked / We saved the song until you knocked",
    "Nobody's young and nobody's old / As long as the cake and the coffee hold",
    'Clap your hands and stamp the floor / Then ask the band for just one more',
  ],
  bridge: [
    'They say the years go by too fast / So pass the plate and make it last',
    "Count the ones around the chair / That's your fortune sitting there",
    "It's not the number, not the year / It's only that you landed here",
  ],
}
