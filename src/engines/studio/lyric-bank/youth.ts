import type { Theme } from '../theme.ts'

export const youth: Theme = {
  words:
    'young youth school teenager teenage childhood kid growing-up 1999 90s nostalgia nostalgic old-days graduation class camp seventeen sixteen yesterday hometown college student students teacher classroom prom highschool high-school diploma graduate graduates alphabet numbers counting growing 🎓 🏫',
  styles: ['rock', 'pop', 'synthwave'],
  moods: ['warm', 'energetic'],
  hooks: ['When we were kids', 'Seventeen forever', 'Back in the day'],
  tails: [
    'way back in the day / never went away',
    "young and loud and dumb / look what we've become",
    'running down the hill / I can see it still',
  ],
  scene: [
    "We carved our names on desk and tree / There's one that's you, there's one that's me",
    'The bell would ring, the bikes would fly / We owned the street, the fence, the sky',
    "A tape you made with hand-drawn hearts / It's where the other music starts",
    'One penny bought a bag of sweets / We knew the dogs of all the streets',
    'We drank one beer and passed it round / We swore, we coughed, we fell on the ground',
    "Your dad's old car, no heat, one door / We'd never been so cool before",
  ],
  turn: [
    "Then someone's parents sold the house / A van, a wave, as quiet as a mouse",
    "I saw your name on someone's wall / You'd three tall sons, I'd missed it all",
    "We swore we'd never, ever change / By June your voice was deep and strange",
    "They knocked the school down, brick by brick / I've got one here, it does the trick",
  ],
  after: [
    "Now I walk slower past the gate / The swings are wet, it's getting late",
    "My kid came home with grass-green knees / I said, what's this? and thought, yes, please",
    "I found the tape, I found the song / I'd had the words completely wrong",
    'We meet at weddings, meet at wakes / With softer hands and harder aches',
  ],
  chorus: [
    'We had no money, had no plan / We saw the gate and so we ran',
    "Turn the old radio up loud / There's still a place for us in the crowd",
    "I don't want to be young once more / I just want to knock on your door",
  ],
  bridge: [
    "If I could write that kid a line / I'd say, relax, you'll turn out fine",
    "You never know the last time's the last / You just ride home, and ride too fast",
    "Those weren't the best days, truth to tell / But oh, they wore their sunlight well",
  ],
}
