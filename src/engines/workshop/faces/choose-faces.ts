import { type Choice, faultOfChoice } from '../limits.ts'
import { Refused } from '../picture.ts'
import type { Face } from './face-points.ts'

/** A face, and the one that it replaces. */
export interface Pair {
  from: Face
  to: Face
}

/** A face, with its name for messages. */
interface Candidate {
  face: Face
  name: string
}

type Side = 'swap' | 'target'

/** Points of faces that are turned farther away are guesses. */
const MOST_DEGREES = 45
/** By how much two faces may be turned apart: the one has no picture of what the other shows beyond. */
const MOST_DEGREES_APART = 35
/** The width of a face below which its points are guesses, in pixels. */
const LEAST_WIDTH = 24

/**
 * Which of these faces, from left to right, replaces which. Only faces that are used are judged. Throws `Refused` for a number
 * without a face, and for a named face that is too small or turned away; where all are meant, such a face stays out, unless
 * no pair is left.
 */
export function pairsOf(sources: readonly Face[], targets: readonly Face[], choice: Choice): Pair[] {
  const fault = faultOfChoice(choice)
  if (fault !== undefined) throw new Refused(fault)
  if (choice === 'largest') {
    const pair = { from: requireClear(largest(sources, 'swap')), to: requireClear(largest(targets, 'target')) }
    return [requireAlike(pair)]
  }
  const from = choice.from ? facesByNumber(sources, choice.from, 'swap') : clearOnes(sources, 'swap')
  const to = choice.to ? facesByNumber(targets, choice.to, 'target') : clearOnes(targets, 'target')
  const pairs = paired(from, to).map((pair) => ({ from: requireClear(pair.from), to: requireClear(pair.to) }))
  const possible = choice.to ? [] : pairs.filter((pair) => faultOfTurns(pair) === undefined)
  return possible.length > 0 ? possible : pairs.map(requireAlike)
}

/** The faces to put in, in the order in which they are used. Throws `Refused` as `pairsOf` does. */
export function sourcesFor(sources: readonly Face[], { from }: Exclude<Choice, 'largest'>): Face[] {
  return (from ? facesByNumber(sources, from, 'swap') : clearOnes(sources, 'swap')).map(requireClear)
}

/** Whether a face looks as it must to be replaced by this one. */
export function isPossible(pair: Pair): boolean {
  return faultOfFace({ face: pair.to, name: '' }) === undefined && faultOfTurns(pair) === undefined
}

/** In their order; one alone replaces all. */
function paired(from: Candidate[], to: Candidate[]): { from: Candidate; to: Candidate }[] {
  const [only] = from
  if (only && from.length === 1) return to.map((face) => ({ from: only, to: face }))
  return from.slice(0, to.length).map((face, index) => ({ from: face, to: to[index] as Candidate })) // no longer than `to`
}

function largest(faces: readonly Face[], side: Side): Candidate {
  const face = faces.reduce((most, one) => (one.width > most.width ? one : most))
  return { face, name: `The face in ${side}_image` }
}

function facesByNumber(faces: readonly Face[], numbers: readonly number[], side: Side): Candidate[] {
  return numbers.map((number) => {
    const face = faces[number]
    if (face) return candidate(face, number, side)
    throw new Refused(
      `${side}_faces_index names face ${number}, and the picture in ${side}_image has ${faces.length}, counted from 0.`,
    )
  })
}

/** Those that can be swapped; where there are none, all, so that their fault is told. */
function clearOnes(faces: readonly Face[], side: Side): Candidate[] {
  const all = faces.map((face, number) => candidate(face, number, side))
  const clear = all.filter((one) => faultOfFace(one) === undefined)
  return clear.length > 0 ? clear : all
}

const candidate = (face: Face, number: number, side: Side): Candidate => ({
  face,
  name: `Face ${number} in ${side}_image`,
})

function requireClear(one: Candidate): Face {
  const fault = faultOfFace(one)
  if (fault !== undefined) throw new Refused(fault)
  return one.face
}

function faultOfFace({ face, name }: Candidate): string | undefined {
  const degrees = Math.abs(face.turnedDegrees)
  if (degrees > MOST_DEGREES) return `${name} is turned too far to a side (${Math.round(degrees)} degrees).`
  if (face.width >= LEAST_WIDTH) return undefined
  return `${name} is too small: ${Math.round(face.width)} pixels wide, and at least ${LEAST_WIDTH} are needed.`
}

function requireAlike(pair: Pair): Pair {
  const fault = faultOfTurns(pair)
  if (fault !== undefined) throw new Refused(fault)
  return pair
}

function faultOfTurns({ from, to }: Pair): string | undefined {
  const apart = Math.abs(from.turnedDegrees - to.turnedDegrees)
  if (apart <= MOST_DEGREES_APART) return undefined
  return `A face in swap_image is turned ${Math.round(apart)} degrees away from that in target_image; at most ${MOST_DEGREES_APART} are possible.`
}
