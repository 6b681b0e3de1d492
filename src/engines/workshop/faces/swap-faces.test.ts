import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Choice, openWorkshop } from '../workshop.ts'

const workshop = openWorkshop()
afterAll(() => workshop.close())

/** The gallery's picture of an astronaut (NASA, in the public domain): two faces beside each other. Here it is smaller. */
const PAIR = new URL('../../../../docs/images/workshop/enlarge.webp', import.meta.url)
const WIDTH = 504
const SIDE = 250
/** On the cheek of the left one, where it is plain. */
const MARK = { x: 68, y: 153 }

let pair: Buffer
/** The left face; with a dark spot on its cheek. */
let face: Buffer
let marked: Buffer
/** The left face, smaller and turned, on grey. */
let turned: Buffer
const SMALLER = 0.75
const DEGREES = 20
const CANVAS = 255

beforeAll(async () => {
  const spot = `<svg width="${SIDE}" height="${SIDE}"><circle cx="${MARK.x}" cy="${MARK.y}" r="5" fill="#301810"/></svg>`
  pair = await sharp(PAIR.pathname).resize(WIDTH, SIDE, { fit: 'fill' }).png().toBuffer()
  face = await sharp(pair).extract({ left: 0, top: 0, width: SIDE, height: SIDE }).png().toBuffer()
  marked = await sharp(face)
    .composite([{ input: Buffer.from(spot) }])
    .png()
    .toBuffer()
  const side = Math.round(SIDE * SMALLER)
  const rotated = await sharp(await sharp(face).resize(side, side).png().toBuffer())
    .rotate(DEGREES, { background: 'grey' })
    .png()
    .toBuffer()
  turned = await sharp({ create: { width: CANVAS, height: CANVAS, channels: 3, background: 'grey' } })
    .composite([{ input: rotated, gravity: 'centre' }])
    .png()
    .toBuffer()
})

/** Where a place of the face is in the turned one. */
function inTurned({ x, y }: { x: number; y: number }): { x: number; y: number } {
  const angle = (DEGREES * Math.PI) / 180
  const [right, down] = [(x - SIDE / 2) * SMALLER, (y - SIDE / 2) * SMALLER]
  return {
    x: Math.round(CANVAS / 2 + right * Math.cos(angle) - down * Math.sin(angle)),
    y: Math.round(CANVAS / 2 + right * Math.sin(angle) + down * Math.cos(angle)),
  }
}

async function swap(picture: Uint8Array, faces: Uint8Array, choice: Choice = 'largest') {
  const work = { kind: 'swap faces', picture, faces, choice, format: 'png' } as const
  return workshop.perform(work, { field: 'target_image', signal: AbortSignal.timeout(60_000) })
}

async function swapped(...given: Parameters<typeof swap>): Promise<Uint8Array> {
  const outcome = await swap(...given)
  if ('refused' in outcome) throw new Error(outcome.refused)
  return outcome.made.file
}

interface Grey {
  at: (x: number, y: number) => number
  /** Pixels that differ, by half of the picture. */
  differs: (other: Grey) => { left: number; right: number }
  width: number
  height: number
}

async function greyOf(file: Uint8Array): Promise<Grey> {
  const { data, info } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const at = (x: number, y: number): number => data[y * width + x] ?? Number.NaN
  const differs = (other: Grey): { left: number; right: number } => {
    const counts = { left: 0, right: 0 }
    for (let pixel = 0; pixel < data.length; pixel++) {
      const [x, y] = [pixel % width, Math.floor(pixel / width)]
      if (at(x, y) !== other.at(x, y)) counts[x < width / 2 ? 'left' : 'right']++
    }
    return counts
  }
  return { at, differs, width, height }
}

describe('swapping faces', { timeout: 60_000 }, () => {
  it('brings what is on one face to the same place of another one that is smaller and turned, and leaves the rest', async () => {
    const [target, result] = await Promise.all([greyOf(turned), greyOf(await swapped(turned, marked))])
    const spot = inTurned(MARK)
    expect(target.at(spot.x, spot.y) - result.at(spot.x, spot.y)).toBeGreaterThan(50)
    const mirrored = inTurned({ x: 2 * 94 - MARK.x, y: MARK.y })
    expect(Math.abs(target.at(mirrored.x, mirrored.y) - result.at(mirrored.x, mirrored.y))).toBeLessThan(20)
    for (const [x, y] of [
      [0, 0],
      [CANVAS - 1, 0],
      [20, 130],
      [130, CANVAS - 1],
    ] as const)
      expect(result.at(x, y)).toBe(target.at(x, y))
  })

  it('of the same face gives nearly the same picture', async () => {
    const [before, after] = await Promise.all([greyOf(face), greyOf(await swapped(face, face))])
    let squares = 0
    for (let y = 0; y < SIDE; y++) for (let x = 0; x < SIDE; x++) squares += (before.at(x, y) - after.at(x, y)) ** 2
    expect(10 * Math.log10(255 ** 2 / (squares / SIDE ** 2))).toBeGreaterThan(40)
  })

  it('counts faces from left to right, and changes those that are named', async () => {
    const before = await greyOf(pair)
    const right = (await greyOf(await swapped(pair, marked, { to: [1] }))).differs(before)
    expect(right.left).toBe(0)
    expect(right.right).toBeGreaterThan(500)
    const both = (await greyOf(await swapped(pair, marked, {}))).differs(before)
    expect(both.left).toBeGreaterThan(500)
    expect(both.right).toBe(right.right)
  })

  it('is refused pictures without a face by the name of their field', async () => {
    const plain = await sharp({ create: { width: 200, height: 150, channels: 3, background: 'tan' } })
      .png()
      .toBuffer()
    expect(await swap(plain, face)).toEqual({ refused: 'No face was found in the picture in target_image.' })
    expect(await swap(face, plain)).toEqual({ refused: 'No face was found in the picture in swap_image.' })
  })
})
