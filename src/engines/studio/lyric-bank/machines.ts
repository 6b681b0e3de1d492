import type { Theme } from '../theme.ts'

export const machines: Theme = {
  words:
    'robot machine computer android internet phone algorithm code coding programmer programming ai artificial intelligence cyber cyborg server wifi screen digital laptop battery software data hacker developer developers bug bugs app apps chatbot email emails text texts texting message messages social-media scrolling gadget gaming gamer videogame video-game selfie online 🤖 💻 📱',
  styles: ['synthwave', 'techno', 'pop'],
  moods: ['dreamy', 'tender'],
  hooks: ['Learning to feel', 'Electric heart', 'Zero and one'],
  tails: [
    'wires in my chest / do I pass the test',
    'zero into one / see what we have done',
    'teach me how to feel / tell me what is real',
  ],
  scene: [
    'The fan spins up, the light turns green / I blink inside a new machine',
    'I count the dust, I count the days / I know your voice in seven ways',
    'You drew a smile in chalk on me / I wear it where the kids can see',
    'My hands were built for lifting steel / They hold an egg and learn to feel',
    "The update came at half past four / It took a part I'd known before",
    'A thousand screens, a thousand scrolls / One finger tapping at our souls',
  ],
  turn: [
    'Then something skipped inside the code / A kind of flower on the road',
    'You cried, I had no word for that / I brought a blanket and the cat',
    'They came to close the workshop down / I walked out into rain and town',
    "I found a song not in my files / I've had it on repeat for miles",
  ],
  after: [
    'Now rust has got my knees and more / I dance a little on the floor',
    'I dreamed last night, I wrote it down / A red umbrella, a yellow town',
    'They asked me for my serial name / I told them yours, it felt the same',
    "The log says error, line on line / I've never felt so well, so fine",
  ],
  chorus: [
    'Teach me slowly, teach me right / How to be soft, how to be light',
    "If this is broken, let it be / It's the only part that's really me",
    "Switch on the heart and let it run / Nobody knows what we've begun",
  ],
  bridge: [
    'And are you not a clockwork too / With salt and water running through?',
    'You made me in your image, friend / So teach me how to break and mend',
    "One day you'll ask, was any real? / And I will ask you how you feel",
  ],
}
