import type { Theme } from '../theme.ts'

/** For prompts in German, whatever their subject. */
export const german: Theme = {
  words: '',
  styles: ['pop', 'folk', 'rock'],
  moods: ['warm', 'hopeful'],
  hooks: ['Bis der Morgen kommt', 'Komm nach Haus', 'Das letzte Lied'],
  tails: ['bleib bei mir / ich bin hier', 'durch die Nacht / neu erwacht', 'lass mich nicht los / die Welt ist groß'],
  scene: [
    'Die Tasse steht noch auf dem Tisch / Der Morgen ist so klar und frisch',
    'Dein Mantel hängt noch an der Wand / Ein Brief liegt da von deiner Hand',
    'Die Straßenbahn fährt leer vorbei / Der Bäcker öffnet kurz vor drei',
    'Im Hof hängt Wäsche, weiß und still / Und keiner sagt mir, was er will',
  ],
  turn: [
    'Dann rief mich jemand durch die Nacht / Und hat das Fenster aufgemacht',
    'Auf einmal ging das Licht uns aus / Und Sterne standen überm Haus',
    'Der Zug fuhr los, ich blieb zurück / Und lief zu Fuß ein gutes Stück',
  ],
  after: [
    'Jetzt geh ich langsam, Schritt für Schritt / Und nehm den ganzen Himmel mit',
    'Der Winter ging, der Schnee ist fort / Ich wohne noch am selben Ort',
    'Ich stell zwei Tassen auf den Herd / Was bleibt, ist all die Mühe wert',
  ],
  chorus: [
    'Komm, sing mit mir, bis es vergeht / Bis über uns der Morgen steht',
    'Gib mir die Hand und halt sie fest / Solang die Nacht uns singen lässt',
    'Mach auf die Tür, mach auf das Tor / So nah war keiner uns zuvor',
  ],
  bridge: [
    'Vielleicht war alles, was ich such / Schon immer da, in diesem Buch',
    'Und ist die Nacht auch noch so lang / Wir füllen sie mit unserm Klang',
  ],
}
