import type { Theme } from '../theme.ts'

/** For prompts in Italian, whatever their subject. */
export const italian: Theme = {
  words: '',
  styles: ['pop', 'ballad', 'folk'],
  moods: ['warm', 'romantic'],
  hooks: ['Prima di domani', 'Torna a casa', "L'ultima canzone"],
  tails: ['resta con me / parla di te', 'torna a cantare / torna dal mare', "ancora un po' / io resterò"],
  scene: [
    'La tazza è fredda sul tavolino / Si sveglia piano il mio vicino',
    'Il tuo cappotto dietro la porta / La strada dorme, la luce è corta',
    'Mia madre canta dalla cucina / La pioggia arriva sulla collina',
    'Un gatto passa sopra il muretto / Io cerco il caldo dentro il mio letto',
  ],
  turn: [
    'Poi ti ho sentito chiamarmi per nome / E ho detto sì, non so neanche come',
    'Mancò la luce tutto ad un tratto / E vidi quello che avevo fatto',
    'Il treno è andato senza aspettare / E ho cominciato a camminare',
  ],
  after: [
    "Adesso vivo un po' più piano / E tengo il tempo con la mano",
    'Ho la tua foto dentro al cassetto / E quel maglione che mi va stretto',
    'Non ho più fretta, non ho paura / La notte passa, la voce dura',
  ],
  chorus: [
    'Portami via, portami al mare / Che ho ancora voglia di cantare',
    'Dammi la mano, resta con me / Che il mondo gira intorno a te',
    'Canta più forte, canta con noi / Domani viene quando lo vuoi',
  ],
  bridge: [
    'E quello che cercavo lontano / Era già stretto nella mia mano',
    'E se la notte sarà infinita / Sarà la notte della mia vita',
  ],
}
