/** Two lines that rhyme, and are alike in length. */
export type Couplet = `${string} / ${string}`

type Some<T> = readonly [T, ...T[]]

/** What a song on one subject is written with. Every line is a sentence that stands by itself, and is sung once in a song. */
export interface Theme {
  /** Words and pictographs of a prompt that mean this subject, with spaces between; a hyphen parts the words of a phrase. */
  words: string
  /** Styles and moods for prompts that name none. */
  styles: Some<string>
  moods: Some<string>
  /** Refrains, and titles, for prompts that name no subject of their own. */
  hooks: Some<string>
  /** What follows the refrain, where it is short enough. */
  tails: Some<Couplet>
  /** The first verse: the place, the people, the things. */
  scene: Some<Couplet>
  /** The second verse: what happens … */
  turn: Some<Couplet>
  /** … and what has become of it. */
  after: Some<Couplet>
  chorus: Some<Couplet>
  /** Another view of it. */
  bridge: Some<Couplet>
}
