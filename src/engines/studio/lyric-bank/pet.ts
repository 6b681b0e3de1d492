import type { Theme } from '../theme.ts'

export const pet: Theme = {
  words:
    'dog cat puppy kitten horse pony pet parrot rabbit hamster goldfish paw hound doggy kitty canary turtle 🐶 🐱 🐕 🐈 🐴 🐾 🐰',
  styles: ['folk', 'pop', 'country'],
  moods: ['happy', 'warm'],
  hooks: ['Waiting at the window', 'Four muddy paws', 'Good old friend'],
  tails: [
    'waiting by the door / who could love me more',
    'down our little street / patter of your feet',
    'good as any friend / right until the end',
  ],
  scene: [
    'A nose pressed up against the glass / You know the cars by how they pass',
    "Two muddy prints beside the bed / The stolen half of someone's bread",
    "You chase the hoover down the hall / You've never caught a thing at all",
    'The mailman knows you by your song / You sing it loud, you sing it wrong',
    'You sleep with one eye on the door / And twitch your feet across the floor',
    "You took the chair, you took the sun / You've counted biscuits one by one",
  ],
  turn: [
    'You came to us in a paper box / And ate the first of many socks',
    'The year the house went quiet and grey / You laid your head on me all day',
    'They said that you were old and tired / You stole the roast, and we admired',
    'You ran away one night of rain / We called your name down every lane',
  ],
  after: [
    'Now there is white around your chin / You still run out to let me in',
    "You turned three circles, found your place / The whole world's kindness in one face",
    "I talk to you of all my fears / You've got the very best of ears",
    "I could go farther, I could roam / But someone's waiting up at home",
  ],
  chorus: [
    'You never ask where I have been / You jump the gate and let me in',
    "Good old heart and good old friend / You'd wait for me until the end",
    'I was no one, I was late / You were dancing at the gate',
  ],
  bridge: [
    "They count your years in sevens, they say / So let's go out again today",
    "And if you go before I do / I'll know the way, I'll look for you",
    "You look at me as if I'm good / I've started acting like I could",
  ],
}
