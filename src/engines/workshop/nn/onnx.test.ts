import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readModel } from './model-file.ts'
import { openNetwork } from './network.ts'
import { onnxOf } from './onnx.ts'
import { findOnnxRuntime } from './onnx-runtime.ts'

/** With a size that the network takes. */
const NETWORKS = [
  ['websr-large-x2', 37, 26],
  ['u2netp', 37, 26],
  ['esrgan-thick-x4', 37, 26],
  ['blazeface', 128, 128],
  ['facemesh', 192, 192],
] as const

async function modelOf(name: string) {
  return readModel(await readFile(new URL(`../models/${name}.bin`, import.meta.url)))
}

type Field = { field: number; value: number | Buffer }

/** The fields of a message of Protocol Buffers: whole numbers, and everything with a length. */
function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(at++)
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    const value = varint()
    if ((tag & 7) === 0) {
      fields.push({ field: tag >> 3, value })
      continue
    }
    if ((tag & 7) !== 2) throw new Error(`A field of type ${tag & 7} at ${at}.`)
    fields.push({ field: tag >> 3, value: message.subarray(at, at + value) })
    at += value
  }
  return fields
}

function within(fields: readonly Field[], field: number): Buffer[] {
  return fields.flatMap((one) => (one.field === field && Buffer.isBuffer(one.value) ? [one.value] : []))
}

describe('a network as an ONNX file', () => {
  // Between them they have every kind of step.
  it.each(['esrgan-thick-x4', 'websr-large-x2', 'u2netp', 'blazeface', 'facemesh'])(
    '%s reads at each node what was computed or stored before',
    async (name) => {
      const [graph] = within(fieldsOf(Buffer.from(onnxOf(await modelOf(name)))), 7)
      const fields = fieldsOf(graph ?? Buffer.alloc(0))
      const known = new Set(['', 'picture'])
      for (const constant of within(fields, 5)) known.add(within(fieldsOf(constant), 8).join())
      const unknown: string[] = []
      for (const node of within(fields, 1).map(fieldsOf)) {
        unknown.push(
          ...within(node, 1)
            .map(String)
            .filter((input) => !known.has(input)),
        )
        for (const output of within(node, 2).map(String)) {
          expect(known, 'a name is given once').not.toContain(output)
          known.add(output)
        }
      }
      expect(unknown).toEqual([])
      expect(known).toContain('result')
    },
  )
})

const runtime = await findOnnxRuntime()

describe('onnxruntime-node in the place of our convolutions', { timeout: 60_000 }, () => {
  // It is no dependency, at 113 MB: `npm install --no-save onnxruntime-node` makes these run.
  it.skipIf(!runtime).each(NETWORKS)(
    'gives what %s gives here, within a shade of 255',
    async (name, widthPx, heightPx) => {
      const model = await modelOf(name)
      const data = Float32Array.from(
        { length: 3 * widthPx * heightPx },
        (_, at) => 0.5 + 0.5 * Math.sin(at / 7) * Math.cos(at / 301),
      )
      const picture = { data, widthPx, heightPx, channels: 3 }
      const ours = openNetwork(model).run(picture)
      const theirs = await (await runtime?.open(model))?.run(picture)
      expect({ ...theirs, data: theirs?.data.length }).toEqual({ ...ours, data: ours.data.length })
      const farthest = ours.data.reduce(
        (most, value, at) => Math.max(most, Math.abs(value - (theirs?.data[at] ?? 0))),
        0,
      )
      expect(farthest).toBeLessThan(1 / 255)
    },
  )
})
