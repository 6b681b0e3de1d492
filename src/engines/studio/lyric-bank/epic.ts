import type { Theme } from '../theme.ts'

export const epic: Theme = {
  words:
    'dragon battle sword king queen prince princess castle hero heroine knight warrior legend viking army throne kingdom epic wizard giant myth titan quest samurai crown gladiator vikings dwarf elf elves troll sorcerer sorceress kings warriors boss-fight superhero superheroes dinosaur dinosaurs adventure ninja kraken 🐉 ⚔ 👑 🏰 🐲 🛡',
  styles: ['metal', 'classical', 'rock'],
  moods: ['epic', 'energetic'],
  hooks: ['Hold the gate', 'Crown of ashes', 'The last to stand'],
  tails: [
    'keeper of the flame / mountains know your name',
    'rising from the stone / shadow of the throne',
    'iron in the night / burning out of sight',
  ],
  scene: [
    'The gate was carved of giant bone / A thousand winters kept it alone',
    'They came with ladders, ropes and pride / And half the mountain moved inside',
    'The torches bent, the ravens flew / The oldest knew what they must do',
    'A crown lay melted in the snow / Three kings had worn it long ago',
    'The horns were blown from tower to tower / The drums kept counting down the hour',
    "A farmer's girl with borrowed steel / Had nothing left that blades could feel",
  ],
  turn: [
    'Then from the dark there came a voice / It said, you always had a choice',
    'The monster bowed its burning head / I only guard my young, it said',
    'The bravest fell, the coward stood / And held the bridge as no one could',
    "The king rode out without a guard / And found that kneeling wasn't hard",
  ],
  after: [
    'Now moss has grown on helm and shield / And children chase across the field',
    'No song was made for those who fled / They built the town we live in instead',
    'The sword is hung above the door / We do not lift it any more',
    'The ash came down for seven years / Then wheat grew up between the spears',
  ],
  chorus: [
    'Stand, stand, let the thunder come / Our hearts are louder than their drum',
    'No king, no army takes this hill / The fire we carried burns here still',
    "Rise, rise, by the blood and the bell / There's no one left but us to tell",
  ],
  bridge: [
    "And in the monster's open eyes / I saw the boy they'd told the lies",
    "What is a throne but wood and gold? / What is a legend till it's told?",
    'The end was not the sword at all / It was two hands across a wall',
  ],
}
