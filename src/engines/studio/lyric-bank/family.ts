import type { Theme } from '../theme.ts'

export const family: Theme = {
  words:
    'mother mum mom father dad daddy grandmother grandma granny grandpa grandfather granddad family daughter son sister brother parent aunt uncle nana papa mama niece nephew 👩 👵 👴 👪 👨',
  styles: ['folk', 'country', 'soul'],
  moods: ['warm', 'tender'],
  hooks: ['The hands that raised me', 'Everything you gave', 'Kitchen light'],
  tails: [
    'hands that held my own / seeds that you have sown',
    'kitchen full of light / tucked me in at night',
    'everything I know / you have helped me grow',
  ],
  scene: [
    'The flour falls like early snow / You teach my hands to turn the dough',
    'The pencil marks beside the door / Go up and up from three to four',
    'You saved the string, you saved the jars / You mended coats, you mended cars',
    'The buttons in the biscuit tin / I used to put my whole arms in',
    'You hummed while ironing our sheets / I knew your step on all the streets',
    'An album smelling of the past / The dog, the bike, my arm in a cast',
  ],
  turn: [
    "I slammed the door at seventeen / And said some things I didn't mean",
    'You told me of the boat you took / One small brown bag, one prayer book',
    'Your hair turned white, your step turned slow / You still come out to watch me go',
    'I found the letters in your drawer / The things you gave up years before',
  ],
  after: [
    'Now I have got your laugh, your nose / Your way of standing, I suppose',
    'I caught myself in window glass / And saw your face a moment pass',
    "I measure sugar by feel, like you / I say the things I swore I'd not do",
    "Now it's my turn to take your hand / To read the print, to understand",
  ],
  chorus: [
    'You gave me roots, you gave me bread / You sat up late beside my bed',
    "All that I am and all I own / Is built upon the love you've shown",
    'Say it now while you can hear / I got it all from you, my dear',
  ],
  bridge: [
    'You were a child once, scraped your knee / You wanted things instead of me',
    'I used to think that you were old / You were younger than me, all told',
    'One day a kid with eyes like yours / Will run her hands across these doors',
  ],
}
