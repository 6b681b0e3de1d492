import type { Theme } from '../theme.ts'

export const journey: Theme = {
  words:
    'home leaving-home homeward homecoming train station platform railway journey travel traveller traveler suitcase airport plane flight return ticket bus way-back passenger moving move moved migrant immigrant passport luggage hitchhiking backpack abroad homesick 🏠 🚂 🚆 ✈ 🧳 🏡',
  styles: ['folk', 'country', 'pop'],
  moods: ['warm', 'hopeful'],
  hooks: ['Take me back home', 'The long way back', 'One ticket home'],
  tails: [
    'roll me through the night / leave a window light',
    'over hill and plain / bring me back again',
    'take me where I started from / tell them all that I have come',
  ],
  scene: [
    'The platform clock is running late / A stranger sleeps against the gate',
    'I count the towns by window light / Each one a coin dropped in the night',
    'My suitcase holds a single coat / The pocket holds the note you wrote',
    "The coffee's cold, the seats are blue / The rails are saying two by two",
    'A child across the aisle from me / Is drawing horses by the sea',
    'The fields run backwards in the glass / I wave at people as they pass',
  ],
  turn: [
    'Then someone spoke and knew my name / She lived next door before I came',
    'The engine stalled, the lamps went low / I knew at last I had to go',
    'I nearly left one stop before / Then saw the blue of our front door',
    'I left this place to find a crown / And all I found was one more town',
  ],
  after: [
    "Now there's a shadow on the stair / My father's hat, my father's chair",
    'The key still sticks, the dog still knows / The same old wind, the same old rose',
    "They set a plate as if I'd phoned / As if the years were only loaned",
    "I put my bag down on the floor / I don't need the ticket any more",
  ],
  chorus: [
    "Roll on, roll on, by field and foam / There's no wrong road that leads me home",
    "Keep the porch light burning low / I've only one more hill to go",
    'A thousand miles of track behind / And just one kitchen on my mind',
  ],
  bridge: [
    'And if I sleep before the bend / Just wake me where the rails all end',
    "Perhaps it's not a place at all / But someone answering my call",
    'I used to think the train was slow / It gave me time to let things go',
  ],
}
