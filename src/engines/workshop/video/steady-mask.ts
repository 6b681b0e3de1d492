import { boxMean } from '../box-mean.ts'
import type { Subject } from '../cut-out.ts'

/** How much of a new mask is taken where the picture stays as it was. */
const STILL = 0.2
/** The mean difference of colours around a pixel, of 255, from which on it has changed; below the other it is noise. */
const CHANGES = { from: 3, wholly: 16 }
/** Around a pixel, of 320. */
const AROUND_PX = 3

/**
 * Masks of one frame after another that do not flicker: the network judges each frame anew, so where the picture has not
 * changed the mask follows slowly, and where it has, at once.
 */
export function openSteadyMask(): (subject: Subject) => Uint8Array {
  let last: { picture: Uint8Array; mask: Float32Array } | undefined
  return ({ small, mask }) => {
    const { data } = small
    const earlier = last
    if (!earlier) {
      last = { picture: data, mask: Float32Array.from(mask) }
      return mask
    }
    const changes = boxMean(differences(data, earlier.picture), small, AROUND_PX)
    const steady = Float32Array.from(mask, (value, pixel) => {
      const before = earlier.mask[pixel] as number
      const change = ((changes[pixel] as number) - CHANGES.from) / (CHANGES.wholly - CHANGES.from)
      const share = STILL + (1 - STILL) * Math.max(0, Math.min(1, change))
      return before + share * (value - before)
    })
    last = { picture: data, mask: steady }
    return Uint8Array.from(steady, Math.round)
  }
}

/** The mean of the three colours' differences. */
function differences(a: Uint8Array, b: Uint8Array): Float32Array {
  const result = new Float32Array(a.length / 3)
  for (let pixel = 0, at = 0; pixel < result.length; pixel++, at += 3)
    result[pixel] =
      (Math.abs((a[at] as number) - (b[at] as number)) +
        Math.abs((a[at + 1] as number) - (b[at + 1] as number)) +
        Math.abs((a[at + 2] as number) - (b[at + 2] as number))) /
      3
  return result
}
