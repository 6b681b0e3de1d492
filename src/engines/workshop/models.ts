import { readFile } from 'node:fs/promises'
import { readModel } from './nn/model-file.ts'
import { type Network, openNetwork } from './nn/network.ts'

export type ModelName = 'u2netp' | 'esrgan-slim-x2' | 'esrgan-thick-x4'

/** The network that this thread had last: another one takes its memory. */
let loaded: { name: ModelName; network: Network } | undefined

/** Weights lie beside this module, in a checkout and in a build alike; `models/notices.json` says whose they are. */
export async function loadNetwork(name: ModelName): Promise<Network> {
  if (loaded?.name === name) return loaded.network
  loaded = undefined
  const bytes = await readFile(new URL(`./models/${name}.bin`, import.meta.url))
  loaded = { name, network: openNetwork(readModel(bytes)) }
  return loaded.network
}
