import type { SongRequest } from '../song.ts'

/** A stretch of a song that the studio composed. Times in seconds from the start of that song. */
export interface Piece {
  request: SongRequest
  fromSeconds: number
  toSeconds: number
}

/** What the studio needs to play a song again: one whole song, or stretches of several, one after another. */
export type Recipe = readonly Piece[]

/** The part of a recipe between two moments of its song. */
export function sliced(recipe: Recipe, from: number, to: number): Piece[] {
  let start = 0
  return recipe.flatMap((piece) => {
    const begin = start
    start += piece.toSeconds - piece.fromSeconds
    const fromSeconds = piece.fromSeconds + Math.max(0, from - begin)
    const toSeconds = Math.min(piece.toSeconds, piece.fromSeconds + to - begin)
    return toSeconds - fromSeconds > 0 ? [{ ...piece, fromSeconds, toSeconds }] : []
  })
}
