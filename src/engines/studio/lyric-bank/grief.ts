import type { Theme } from '../theme.ts'

export const grief: Theme = {
  words:
    'death died dying funeral grave grief grieving mourning memory memories remember remembering passed-away loss lost gone heaven farewell widow memorial passed dies rest-in-peace rip orphan cemetery obituary tribute ⚰ 🪦 🕯',
  styles: ['ballad', 'folk', 'soul'],
  moods: ['sad', 'tender'],
  hooks: ['Where you used to be', 'An empty chair', 'Still setting your place'],
  tails: [
    'I still say your name / nothing is the same',
    "tell me where you've gone / how do I go on",
    'stay a little near / I still feel you here',
  ],
  scene: [
    'Your coat is still upon the hook / Your glasses mark the open book',
    'The kettle sings, I reach for two / The second cup is out for you',
    'The tree you planted by the gate / Came into bloom, a little late',
    'Your voice still answers on the phone / I call it when I am alone',
    "The chairs are stacked, the hymns are sung / There's half a word still on my tongue",
    'They brought us casseroles and bread / And no one knew what should be said',
  ],
  turn: [
    "I saw your hat go down the street / I ran on someone else's feet",
    'I found your list of things to mend / The gate, the shed, and phone a friend',
    "And then I laughed, I don't know why / At something you'd have said, dead dry",
    "I dreamed you came and fixed the light / You didn't stay, but it was all right",
  ],
  after: [
    'Now I have learned to prune the rose / I talk to you while winter goes',
    "I wear your watch, it's running slow / I've never had it fixed, you know",
    "I gave your coat to someone cold / It walks around, it won't grow old",
    "I set the table, one place less / I've kept your boots, I've kept the mess",
  ],
  chorus: [
    "You're in the bread, you're in the song / You've not been gone for very long",
    'I say your name to make it stay / A little louder every day',
    "Leave me the chair, leave me the tune / I'll see you late, I'll see you soon",
  ],
  bridge: [
    "And grief is only love, it's true / That can't find where it's going to",
    "You wouldn't want me sitting here / You'd say, get up, the sky is clear",
    'I used to ask the stars for why / Now I just wave at all that sky',
  ],
}
