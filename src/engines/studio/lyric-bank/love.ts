import type { Theme } from '../theme.ts'

export const love: Theme = {
  words:
    'love lover loving kiss kissing romance romantic darling wedding marry married marriage valentine sweetheart crush soulmate proposal bride groom husband wife girlfriend boyfriend heart first-love honeymoon date dating flirt flirting romeo juliet couple jealous affection hug hugs ❤ 💕 😍 💋 💍 💖 🥰 😘 💗',
  styles: ['pop', 'soul', 'ballad'],
  moods: ['romantic', 'tender'],
  hooks: ['Say you will stay', 'Only the two of us', 'Learning your name'],
  tails: [
    'all that I adore / leave me wanting more',
    'closer than my skin / let the night begin',
    'simple as a kiss / nothing more than this',
  ],
  scene: [
    'You laugh before the joke is done / You cut the toast and give me one',
    'You sing the radio off key / You save the bigger half for me',
    'Your coat is hanging on my chair / I do not mind it being there',
    'You read aloud the morning news / And dance the hall in borrowed shoes',
    'We painted half the bedroom green / And half a colour in between',
    'You know the scar across my hand / You never asked, you understand',
  ],
  turn: [
    "Then you got sick, the winter long / I learned to hum your mother's song",
    'You went away for just nine days / I lost my keys in seven ways',
    "I broke the cup you'd always used / You looked at it and looked amused",
    'You asked it standing on the stairs / With both arms full of kitchen chairs',
  ],
  after: [
    "Now there's a ring beside the sink / It means much more than people think",
    'Now when I write, I write in we / The word that used to frighten me',
    'And ten years on you still steal sheets / I still walk slower down our streets',
    'I keep the list you wrote in blue / It just says bread, and I love you',
  ],
  chorus: [
    "It's not the stars, it's not the moon / It's you in socks this afternoon",
    'Hold my face and hold it still / If no one will, you know I will',
    'Take my morning, take my year / I want to do my growing here',
  ],
  bridge: [
    "And love is not a diamond ring / It's every small and daily thing",
    "I might have missed you by a train / A minute's luck, a spot of rain",
    "One day our hands will both be old / I'd like to have your hand to hold",
  ],
}
