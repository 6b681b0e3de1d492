import type { Theme } from '../theme.ts'

export const courage: Theme = {
  words:
    'hope courage brave bravery strong strength fight fighter fighting champion win winner winning victory rise rising dream dreaming believe sport football soccer basketball race runner running boxer game survivor challenge never-give-up marathon depression anxiety anxious recovery recovering healing heal failed failing failure exam exams motivational motivation gym workout training athlete team fans league goal underdog sober addiction cancer illness afraid fear fearless proud pride hustle self-love confidence shy bullied bullying overcome overcoming growth 🏆 💪 🏅 ⚽ 🥊 🔥',
  styles: ['rock', 'pop', 'hip hop'],
  moods: ['energetic', 'hopeful'],
  hooks: ['Get back up', 'Watch me rise', 'One more round'],
  tails: [
    'get up off the floor / stronger than before',
    'nothing holds me down / run the whole of town',
    'louder than the fear / I am still right here',
  ],
  scene: [
    "I tape my hands, I lace my shoes / I've only got my name to lose",
    'They picked me last for every team / They laughed at how I spelled my dream',
    'My coach has got a voice like sand / She says, get up if you can stand',
    "The alarm goes off at ten to five / It's dark, it's raining, I'm alive",
    "The scoreboard's got us ten behind / I shut it out, I make up my mind",
    'Mum drove me there for seven years / In that old van with grinding gears',
  ],
  turn: [
    'I hit the ground, I tasted blood / I saw my own face in the mud',
    "The doctor said I'd never run / I started walking towards the sun",
    'And in the silence someone screamed / My name, the way that I had dreamed',
    "He slipped, I stopped and took his hand / That's something they can't understand",
  ],
  after: [
    "Now there's a kid who knows my name / She laces up and does the same",
    'I came in last, I came in slow / I crossed the line, and now I know',
    "The trophy's dusty on the shelf / I won a bigger thing: myself",
    'They ask me how I got so far / I show them where the stitches are',
  ],
  chorus: [
    'Knock me down, I know the way / I get up seven times a day',
    "One more round and one more hill / If you won't do it, then I will",
    "Let them doubt and let them talk / I didn't crawl this far to walk",
  ],
  bridge: [
    "I wasn't brave, I shook inside / I just got tired of having to hide",
    'And all this time the one to beat / Was only standing on my feet',
    "It's not the crowd, it's not the prize / It's what I see in my own eyes",
  ],
}
