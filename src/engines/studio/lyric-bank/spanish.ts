import type { Theme } from '../theme.ts'

/** For prompts in Spanish, whatever their subject. */
export const spanish: Theme = {
  words: '',
  styles: ['pop', 'ballad', 'folk'],
  moods: ['warm', 'romantic'],
  hooks: ['Hasta que salga el sol', 'Vuelve a casa', 'La última canción'],
  tails: ['vuelve a sonar / vuelve a empezar', 'cerca de mí / por eso vine aquí', 'dame una vez más / no me iré jamás'],
  scene: [
    'La taza se enfría en la mesa / La luz de la calle no cesa',
    'Tu abrigo colgado en la silla / El mar está quieto en la orilla',
    'La noche se sienta conmigo / La lluvia golpea el postigo',
    'Un niño dibuja en la arena / Mi madre prepara la cena',
  ],
  turn: [
    'Y entonces sonó tu llamada / Y supe que no sabía nada',
    'Se fue la luz de repente / Y vi tu rostro de frente',
    'El tren se marchó sin mi prisa / Y el viento me trajo tu risa',
  ],
  after: [
    'Ahora camino despacio / Y cabe el mundo en mi espacio',
    'Guardé tu carta en la mano / Y ya no espero el verano',
    'Me queda un poco de vino / Y todo el largo camino',
  ],
  chorus: [
    'Llévame lejos, llévame al mar / Que todavía sé cantar',
    'Dame la mano, dime que sí / Que todo puede empezar aquí',
    'Abre la puerta, déjalo entrar / Que siempre hay tiempo de empezar',
  ],
  bridge: [
    'Quizás lo que busqué tan lejos / Estaba siempre en los espejos',
    'Y si la noche dura tanto / Que nos encuentre con el canto',
  ],
}
