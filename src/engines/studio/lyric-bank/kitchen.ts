import type { Theme } from '../theme.ts'

export const kitchen: Theme = {
  words:
    'food cooking cook kitchen pizza pasta soup bread recipe dinner lunch restaurant taco sushi cheese chocolate hungry eat eating chef pie noodle burger pancake cake cookie banana garlic pizzeria fries ramen beer wine baking bake baker cupcake donut doughnut avocado spaghetti salad sandwich mango strawberry apple grill picnic 🍕 🍝 🍞 🍰 🍔 🍜 🌮 🍫',
  styles: ['jazz', 'disco', 'pop'],
  moods: ['happy', 'warm'],
  hooks: ['Come to the table', 'Second helping', 'Butter and salt'],
  tails: [
    'pass it down to me / plenty, as you see',
    'sizzle in the pan / eat it while you can',
    "butter, salt and bread / everybody's fed",
  ],
  scene: [
    "The onions hit the pan and hiss / There's no perfume as good as this",
    "The recipe's in grandma's hand / With stains that only we understand",
    "The windows steam, the garlic sings / You've burned your thumb on onion rings",
    "We've got three forks and seven friends / It's not a feast, but it depends",
    "You taste it with your eyes shut tight / You say, more salt, you're always right",
    "The dough gets slapped, the flour flies / There's icing sugar in your eyes",
  ],
  turn: [
    'The smoke alarm joined in at eight / You put it proudly on the plate',
    'Somebody knocked, we knew him not / We set a place, we shared the pot',
    'You told me, stirring, you were scared / I passed the salt to show I cared',
    'We had ten coins and one old leek / And made it last us for a week',
  ],
  after: [
    "Now every plate is wiped with bread / The cat's asleep, the kids are fed",
    "I've got the spoon, I've got the pot / I've got that taste I'd half forgot",
    'We loosened belts and told old lies / And nobody refused the pies',
    "You've moved out now, you phone me up / How much is that, a pinch, a cup?",
  ],
  chorus: [
    "Come and sit down, pull up a chair / There's always some for you to share",
    "Stir it slowly, taste it twice / Love's the only secret spice",
    'Eat it hot and eat it fast / Nothing this good was made to last',
  ],
  bridge: [
    "They write of kings, they write of war / I'd write one down for what bread's for",
    'An empty stomach hears no word / First comes the soup, then I am heard',
    "When I'm a ghost I'll haunt this place / With flour on my see-through face",
  ],
}
