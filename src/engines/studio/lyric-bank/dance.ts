import type { Theme } from '../theme.ts'

export const dance: Theme = {
  words:
    'dance dancing dancer club dj disco dancefloor rave bass beat groove rhythm shake tango salsa twist ballet edm dancers nightclub raving 💃 🕺 🪩',
  styles: ['house', 'disco', 'pop'],
  moods: ['energetic', 'happy'],
  hooks: ['Move until morning', 'Under the mirror ball', 'Feet on fire'],
  tails: [
    'moving like the sea / follow after me',
    'shake it to the ground / lost inside the sound',
    'never let it stop / make the needle drop',
  ],
  scene: [
    "The bass comes up through soles and floor / There's forty people at the door",
    "My shirt is stuck, my hair's a mess / You've got red wine down half your dress",
    'The mirror ball throws coins of light / Accountants going wild tonight',
    'An old man shows us all a spin / He learned it somewhere in Berlin',
    'The DJ wears a paper crown / He turns the whole world upside down',
    "Your hips say yes, your feet say no / I'll count you in, one, two, and go",
  ],
  turn: [
    'Somebody tripped the power out / We kept it going with a shout',
    'The slow one came, I lost my nerve / Your shoulder turned, I watched it swerve',
    "You took my hand, you didn't ask / I felt my face, I'd dropped the mask",
    "I hadn't danced since he was gone / I let one foot go tapping on",
  ],
  after: [
    "Now it is six, the birds are loud / There's glitter left of all that crowd",
    'My ears still ring, my shoes are dead / We eat our chips and go to bed',
    'I do the dishes to it now / My knees remember it, and how',
    'We walk home barefoot, street by street / The lamps are nodding to our feet',
  ],
  chorus: [
    'Put your phone down, raise your hand / Nobody needs to understand',
    "Turn it up till windows shake / We'll be sorry when we wake",
    'Left foot, right foot, round we go / The less you think, the more you know',
  ],
  bridge: [
    "And when I'm old and in my chair / My toes will still be moving there",
    "It's just a drum, it's just a heart / They haven't told the two apart",
    'Before we had a single word / We danced to thunder that we heard',
  ],
}
