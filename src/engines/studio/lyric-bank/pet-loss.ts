import type { Theme } from '../theme.ts'

/** For an animal that has died. */
export const petLoss: Theme = {
  words: 'rainbow-bridge put-to-sleep pet-loss',
  styles: ['ballad', 'folk', 'pop'],
  moods: ['sad', 'tender'],
  hooks: ['Your bowl beside the door', 'Good boy, goodnight', 'The sound of paws'],
  tails: [
    'listen for you still / I suppose I always will',
    'gone without a sound / and no one comes around',
    "I'd know you anywhere / I feel that you're still there",
  ],
  scene: [
    'Your bowl is dry beside the door / Your hair still shines along the floor',
    'Your lead is hanging on its nail / I keep on hearing for your tail',
    'The garden has a patch of ground / Where all your buried bones are found',
    'I woke at six, the hour we walked / The street was there, and no one talked',
    "Your blanket has the shape of you / I haven't washed it, what's to do",
    "The neighbours' children asked for you / I told them something almost true",
  ],
  turn: [
    'You laid your head upon my knee / You comforted the likes of me',
    'The vet was kind, the room was white / I held your paw and said goodnight',
    "You couldn't climb the stair at last / I carried you, you breathed so fast",
    'I drove back home with half a heart / Your collar sat there in the cart',
  ],
  after: [
    'I walk alone the way we went / And every dog has caught your scent',
    'I found your ball beneath the stair / And sat an hour and held it there',
    'They say I ought to get one more / I still step over you on the floor',
    'The leaves come down, the gate swings to / I whistle once, I know, I do',
  ],
  chorus: [
    'You gave me all the days you had / You never once stayed cross or sad',
    "Run on ahead, run on, good friend / I'll find you waiting at the end",
    "Nobody loves the way you did / You took my heart and there it's hid",
  ],
  bridge: [
    "If there's a field on the other side / I hope the gates are open wide",
    'You only knew a handful of years / And spent a few of them on my tears',
    "I never taught you how to stay / I wish you'd learned it, just one day",
  ],
}
