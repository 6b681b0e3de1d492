import { listOperations } from '../../src/catalog/catalog.ts'
import type { Operation } from '../../src/catalog/operation.ts'
import { readInput } from '../../src/catalog/read-input.ts'
import type { Row } from '../bench.ts'

const WARM_UP = 5_000
const SAMPLES = 5_000
const TARGET_US = 50

interface Measured {
  id: string
  medianUs: number
  p99Us: number
}

/** Reading an input as a submission does: defaults, validation, rules. Each operation's example is its typical body. */
export const catalogRow: Row = async () => {
  const operations = listOperations()
  for (const operation of operations) sample(operation, WARM_UP)
  const measured = operations.map(measure)
  const meanUs = mean(measured.map(({ medianUs }) => medianUs))
  const worst = measured.reduce((one, other) => (other.medianUs > one.medianUs ? other : one))
  const worstP99 = measured.reduce((one, other) => (other.p99Us > one.p99Us ? other : one))
  return [
    {
      what: `read an input of the catalogue, mean of the medians of ${operations.length} operations`,
      measured: `${meanUs.toFixed(1)} µs`,
      target: `< ${TARGET_US} µs`,
      reached: meanUs < TARGET_US,
      details: {
        'mean p99 µs': mean(measured.map(({ p99Us }) => p99Us)).toFixed(1),
        'worst median µs': `${worst.medianUs.toFixed(1)} (${worst.id})`,
        'worst p99 µs': `${worstP99.p99Us.toFixed(1)} (${worstP99.id})`,
        samples: SAMPLES,
      },
    },
  ]
}

function measure(operation: Operation): Measured {
  const times = sample(operation, SAMPLES).sort()
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? 0
  return { id: operation.id, medianUs: at(0.5), p99Us: at(0.99) }
}

/** How long each call took, in microseconds. The body comes out of a parser, as a request's does. */
function sample(operation: Operation, count: number): Float64Array {
  const body: unknown = JSON.parse(JSON.stringify(operation.example))
  const times = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const before = performance.now()
    readInput(operation, body, { '': 'input' })
    times[index] = 1_000 * (performance.now() - before)
  }
  return times
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
