import type { Theme } from '../theme.ts'

export const heartbreak: Theme = {
  words:
    'heartbreak heartbroken broke-up breakup break-up broken goodbye left lonely loneliness alone lonesome missing miss cry crying tears ex divorce apart without-you unrequited cheated betrayal 💔 😢 😭 🥀',
  styles: ['ballad', 'blues', 'pop'],
  moods: ['sad', 'tender'],
  hooks: ['After you left', 'Half of the bed', 'Say it is over'],
  tails: [
    'since you went away / every single day',
    'and it still is true / all of it is you',
    'tell me where you are / nothing but a scar',
  ],
  scene: [
    'Your toothbrush leans against the wall / I still say hi into the hall',
    'I sleep on just one side of bed / The other keeps your shape instead',
    "The neighbours ask me how you've been / I smile and carry shopping in",
    'Two tickets fade behind the clock / I hear your key in every lock',
    'I cook for two and eat for one / And wash both plates when I am done',
    "Your mother called, she hadn't heard / I held the phone without a word",
  ],
  turn: [
    "I saw you laughing in the square / With someone's fingers through your hair",
    "I found the list of what we'd do / I'd ticked off three, you'd ticked off two",
    'I wrote a letter, line by line / And none of the mistakes were mine',
    'You said it kindly, that was worst / I wish that I had said it first',
  ],
  after: [
    "So now I take the longer way / I've nothing much to tell today",
    'I gave your records to a friend / I never liked the way they end',
    'I painted over what was blue / It took three coats to cover you',
    'I bought one cup, a single chair / And learned to breathe the roomy air',
  ],
  chorus: [
    "I don't want you back at my door / I just don't want to want you more",
    'Nobody tells you how it ends / You lose the dog and half the friends',
    'Let me get through just this song / I have been brave for far too long',
  ],
  bridge: [
    "And maybe you are crying too / And maybe that's the best we do",
    "One day I'll hear your name and find / I left the weight of it behind",
    "It wasn't false, it wasn't long / A thing can end and not be wrong",
  ],
}
