import type { Theme } from '../theme.ts'

export const winter: Theme = {
  words:
    'winter snow snowy snowing christmas xmas frost frozen december january cold sleigh santa snowman fireplace blizzard advent ice skiing ski hanukkah mittens igloo noel ❄ ⛄ 🎄 🎅',
  styles: ['folk', 'pop', 'ballad'],
  moods: ['calm', 'warm'],
  hooks: ['Home by December', 'Snow on the sill', 'Light in the frost'],
  tails: [
    'falling soft and slow / footprints in the snow',
    'candles on the sill / all the world is still',
    'keep the fire bright / all the winter night',
  ],
  scene: [
    'The pipes are singing in the wall / The snow has put a hush on all',
    'We hang our gloves along the stove / The kitchen smells of orange and clove',
    'My breath draws shapes against the pane / A robin waits in the frozen lane',
    'The tree leans left, the lights are few / The star is one that I once drew',
    "The bus is late, the sky is white / It's only four, and nearly night",
    "We rode a tray down Miller's Hill / My brother's laugh, I hear it still",
  ],
  turn: [
    'Then came a knock, and you were there / With half the weather in your hair',
    'The lights went out in all the town / We dragged the mattress and blankets down',
    'One chair was empty by the fire / We heard his tenor in the choir',
    "I'd sworn I wouldn't come this year / The road said turn, and I am here",
  ],
  after: [
    "And now the snow can take its time / There's bread and wax and midnight chime",
    'The thaw will come and take the track / Of where you went, but you came back',
    "I kept one snowball in the cold / For summer, when we're brave and old",
    "We swept the path to every door / And no one's stranger any more",
  ],
  chorus: [
    "Come in, come in, and shut the cold / There's soup to pour and tales untold",
    "Ring the bells for far and near / It's warmer now that you are here",
    "Hold my hands inside your sleeve / It's far too warm in here to leave",
  ],
  bridge: [
    "The seed is sleeping in the ground / It doesn't hear a single sound",
    'The year grows dark so we can find / The little lamps we left behind',
    'The coldest night is oddly clear / The stars have never been so near',
  ],
}
