import type { Theme } from '../theme.ts'

export const ghosts: Theme = {
  words:
    'ghost halloween vampire haunted haunting witch monster zombie horror spooky scary skeleton werewolf spirit creepy demon pumpkin graveyard nightmare witches ghosts vampires zombies monsters skeletons werewolves haunt crime murder detective mystery killer 👻 🎃 🧛 💀 🧟',
  styles: ['rock', 'synthwave', 'waltz'],
  moods: ['dreamy', 'epic'],
  hooks: ['Something on the stairs', 'Knock three times', 'Who is out there'],
  tails: [
    'creaking on the stair / is there someone there',
    'shadow on the wall / hear the night bird call',
    'rattling its chain / calling you again',
  ],
  scene: [
    "The stairs complain with no one there / There's candle smoke in the cold air",
    'A rocking chair, a broken clock / We counted thirteen, then a knock',
    "The portrait's eyes went left to right / The dog won't pass that door at night",
    'A pumpkin grins on every stone / The swing goes back and forth alone',
    'The fog came up across the graves / The willow bends, the willow waves',
    "A cape, a tooth, a coffin lid / He's very shy, he's just a kid",
  ],
  turn: [
    'The mirror showed me, clear as day / A girl in white who looked away',
    "She only asked me for the date / She'd been asleep since ninety-eight",
    'I ran so fast I lost a shoe / And when I looked, the ghost had, too',
    'I pulled the sheet and what came out? / A little boy, a giant shout',
  ],
  after: [
    'So now we share the upstairs hall / She hums at three, I knock on the wall',
    "I leave out milk, I leave out bread / It's good to have a friend who's dead",
    'We moved away, we sold the place / The moving van had one more face',
    'The cock crowed once, the mist withdrew / I kept the key, as one should do',
  ],
  chorus: [
    "Who goes there? Don't make a sound / There's someone dancing in the ground",
    "Don't look behind and don't look down / There's something walking through our town",
    "Boo, you say, I say it too / I've been lonely long as you",
  ],
  bridge: [
    "And what if we're the ones who died? / And they're the ones who scream inside",
    'The things I feared were never those / The things I feared wore human clothes',
    "A haunting's just a love that stayed / A song still stuck, a bed unmade",
  ],
}
