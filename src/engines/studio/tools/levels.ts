import { decodeMp3 } from '../../mp3/decode.ts'

/**
 * How loud an MP3 is from moment to moment, 0 to 1, where 1 is its loudest moment. Undefined if `isStopped` said so.
 */
export function levelsIn(mp3: Uint8Array, secondsEach: number, isStopped: () => boolean): Float64Array | undefined {
  const powers: number[] = []
  let [sum, count] = [0, 0]
  for (const { left, right, sampleRate } of decodeMp3(mp3)) {
    if (isStopped()) return undefined
    for (let index = 0; index < left.length; index++) {
      sum += (left[index] ?? 0) ** 2 + (right[index] ?? 0) ** 2
      if (++count < secondsEach * sampleRate) continue
      powers.push(sum / count)
      // What is left of a sample is carried over, so that the moments do not drift.
      count -= secondsEach * sampleRate
      sum = 0
    }
  }
  if (count > 0) powers.push(sum / count)
  const loudest = powers.reduce((most, power) => Math.max(most, power), 1e-12)
  return Float64Array.from(powers, (power) => Math.sqrt(power / loudest))
}
