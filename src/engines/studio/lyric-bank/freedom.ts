import type { Theme } from '../theme.ts'

export const freedom: Theme = {
  words:
    'war peace freedom free soldier protest revolution justice rights border refugee prison prisoner march world nation equality rebel liberty democracy president government tyranny injustice ukraine apartheid slavery picket strike 🕊 ✊ ☮',
  styles: ['rock', 'reggae', 'folk'],
  moods: ['epic', 'hopeful'],
  hooks: ['Until we are free', 'Lay it down', 'Sing them awake'],
  tails: [
    'open up the gate / we refuse to wait',
    'let the people sing / let the towers ring',
    'marching ten feet tall / till the towers fall',
  ],
  scene: [
    'The baker reads the list of names / The children play at soldier games',
    'A tank is parked outside the school / The moon is floating in the pool',
    'My brother folded up his bed / He took his boots, he took some bread',
    'They built a wall across the square / And somebody drew a doorway there',
    "A woman walks with all she's got / A quilt, a cat, a cooking pot",
    'The radio plays marching bands / We hide our books, we warm our hands',
  ],
  turn: [
    'Then someone started up a song / The guards forgot to think it wrong',
    'He saw the boy across the wire / They shared a match, they shared a fire',
    "One girl sat down and wouldn't move / With nothing but a point to prove",
    'The letter came, the ink had run / It said the war was almost won',
  ],
  after: [
    "Now there's a market on the line / You sell your bread, you pour your wine",
    'They took the statue, left the shoes / The pigeons gather there for news',
    "He came back home with someone's pen / He's never talked of it again",
    "We're not there yet, but look how far / The road is long, but here we are",
  ],
  chorus: [
    "Lay it down, lay down the gun / There's bread to bake and fields in sun",
    "We are many, they are few / What are you afraid we'll do?",
    'Open the windows, open the street / The world is changed by walking feet',
  ],
  bridge: [
    'And he who holds the key, it seems / Is locked inside as well, and dreams',
    'I never knew your tongue, your town / But I would hold you if you fell down',
    'They drew the map with ink and greed / But rivers never learned to read',
  ],
}
