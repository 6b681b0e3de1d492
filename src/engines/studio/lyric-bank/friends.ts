import type { Theme } from '../theme.ts'

export const friends: Theme = {
  words:
    'friend friendship buddy mate together crew gang companion bestie best-friend pal reunion roommate bros sisterhood neighbours neighbors neighbour neighbor roommates 🤝 👯 🍻',
  styles: ['rock', 'pop', 'folk'],
  moods: ['happy', 'warm'],
  hooks: ['You and me and the rest', 'Friends like these', 'Still here'],
  tails: [
    'back to back we stand / take me by the hand',
    'still the same old crew / me and all of you',
    'count me till the end / call yourself my friend',
  ],
  scene: [
    'We shared one bike, we shared one coat / You held the torch, I rowed the boat',
    "Your mother's porch, the broken swing / The song we never learned to sing",
    'You lied for me in second grade / We split the loot, the lemonade',
    'Four to a sofa, feet on knees / We put the world right, and ate cheese',
    "You know the name I had at ten / You still won't tell, so thanks again",
    'We drove all night, we slept on sand / To stand right next to some bad band',
  ],
  turn: [
    'Then someone moved, and someone wed / And there were things we left unsaid',
    'The night it all came down on me / You brought the soup, you brought the key',
    'We fought about a stupid thing / For one whole year, no phone would ring',
    'You called at four and did not speak / I drove, and stayed with you a week',
  ],
  after: [
    "We've bigger coats and thinner hair / And still you steal the better chair",
    'We meet each May at the same old place / The years fall off of every face',
    "I've lost some money, lost some teeth / But not the ground that's underneath",
    "I don't need much, I don't need more / Than you lot falling through my door",
  ],
  chorus: [
    "If you go under, I'll come too / I've been in worse, and it was with you",
    "Call me late and call me low / I'll be right there before you know",
    "Here's to the ones who stuck around / Who never let me hit the ground",
  ],
  bridge: [
    "We didn't choose it, not that day / You simply sat, and chose to stay",
    'Some loves burn up, some loves burn out / This one just likes to hang about',
    'When I forget what I was for / You tell it louder than before',
  ],
}
