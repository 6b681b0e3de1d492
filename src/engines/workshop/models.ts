import { readFile } from 'node:fs/promises'
import { readModel } from './nn/model-file.ts'
import { openNetwork, type Picture } from './nn/network.ts'
import { findOnnxRuntime } from './nn/onnx-runtime.ts'

export type ModelName = 'u2netp' | 'esrgan-thick-x4' | 'websr-large-x2' | 'blazeface' | 'facemesh'

/** A network that is ready to run. Its results are the same bytes everywhere, unless onnxruntime-node is installed. */
export interface Network {
  run(picture: Picture): Picture | Promise<Picture>
}

/** The network that this thread had last: another one takes its memory. */
let loaded: { name: ModelName; network: Network; runtime: string | undefined } | undefined

/** Weights lie beside this module, in a checkout and in a build alike; `models/notices.json` says whose they are. */
export async function loadNetwork(name: ModelName): Promise<Network> {
  if (loaded?.name === name) return loaded.network
  loaded = undefined
  const model = readModel(await fileOf(name))
  const runtime = await findOnnxRuntime()
  loaded = { name, network: runtime ? await runtime.open(model) : openNetwork(model), runtime: runtime?.name }
  return loaded.network
}

/** What ran the last network of this thread, where it is not ours. */
export const foreignRuntime = (): string | undefined => loaded?.runtime

/** The triangles of a face: three of FaceMesh's points each. */
export type Triangles = Uint16Array

export async function readTriangles(): Promise<Triangles> {
  const bytes = await fileOf('facemesh-triangles')
  return Uint16Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16LE(2 * index))
}

const fileOf = (name: string): Promise<Buffer> => readFile(new URL(`./models/${name}.bin`, import.meta.url))
