import type { Theme } from '../theme.ts'

export const work: Theme = {
  words:
    'work working job monday boss office money factory shift overtime bills coal miner mine farmer worker rich poor broke career deadline meeting traffic commute payday rent salary paycheck layoff fired retirement retire retired promotion hustling office-party intern 💼 💰 🏭 ⏰',
  styles: ['blues', 'rock', 'country'],
  moods: ['energetic', 'hopeful'],
  hooks: ['Nine to five again', 'Payday', 'Clocking out'],
  tails: [
    "sign it on the line / keep it, I'll be fine",
    'working for a dime / out of luck and time',
    "pay me what I'm due / when the day is through",
  ],
  scene: [
    "The coffee's burnt, the lift is stuck / The printer says it's out of luck",
    'My badge still shows a younger face / He looks so sure about this place',
    "The whistle blows, the boots go by / It's dark beneath and grey on high",
    "The boss has got a brand new car / I take the bus, it isn't far",
    "There's forty hours in my back / And dust that turns the washing black",
    'We eat our lunch on concrete stairs / And talk about the millionaires',
  ],
  turn: [
    'They called me in at ten to three / They gave a speech, a box, to me',
    'The rent went up, the wage stayed low / I asked for more, they told me no',
    'My daughter drew me, very small / Beside a desk, against a wall',
    'Old Frank walked out at noon today / He left his keys and walked away',
  ],
  after: [
    'So I put down the ringing phone / And walked out, whistling, on my own',
    "Now Monday comes, I let it pass / I've got my feet up in the grass",
    "I've hung my lanyard on a tree / The crows can go to work for me",
    "I plant my beans, I fix my roof / I'm poor as dirt, and here's the proof",
  ],
  chorus: [
    "Take this job and take the bell / I've got a better tale to tell",
    "It's not the work, it's not the sweat / It's all the life I haven't had yet",
    'Five more hours, four more, three / Then the evening belongs to me',
  ],
  bridge: [
    "They'll name no building after me / But I laid bricks for all to see",
    "And who will say, when life is through / I wish I'd filed a form or two",
    "My hands have built what I can't buy / The rooms up there, the glass, the sky",
  ],
}
