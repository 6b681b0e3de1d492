import type { ModelFile } from './model-file.ts'
import type { Picture } from './network.ts'
import { INPUT, OUTPUT, onnxOf } from './onnx.ts'

/** Runs networks by onnxruntime-node (https://onnxruntime.ai, MIT), where the operator has installed it. */
export interface OnnxRuntime {
  name: string
  open(model: ModelFile): Promise<{ run(picture: Picture): Promise<Picture> }>
}

/** What is used of the package, of its versions 1.17 to 1.30. */
interface Package {
  InferenceSession: { create(model: Uint8Array, options: SessionOptions): Promise<Session> }
  Tensor: new (type: 'float32', data: Float32Array, dimensions: readonly number[]) => Tensor
}

interface SessionOptions {
  executionProviders: string[]
  intraOpNumThreads: number
  interOpNumThreads: number
  enableCpuMemArena: boolean
}

interface Session {
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>
}

interface Tensor {
  data: Float32Array
  dims: readonly number[]
}

/** As a variable, so that neither the compiler nor the build looks for it: it is no dependency. */
const PACKAGE: string = 'onnxruntime-node'
/** Threads are given by picture and tile; the arena would keep the memory of the largest tile. */
const OPTIONS = { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1, enableCpuMemArena: false }

/** Undefined where it is not installed. Throws where it is, and does not load. */
export async function findOnnxRuntime(): Promise<OnnxRuntime | undefined> {
  const found = await load()
  if (!found) return undefined
  const { InferenceSession, Tensor } = found
  return {
    name: PACKAGE,
    async open(model) {
      const session = await InferenceSession.create(onnxOf(model), OPTIONS)
      return {
        async run({ data, widthPx, heightPx, channels }) {
          const { [OUTPUT]: result } = await session.run({
            [INPUT]: new Tensor('float32', data, [1, heightPx, widthPx, channels]),
          })
          const [, height = 0, width = 0, depth = 0] = result?.dims ?? []
          if (!result || result.data.length !== height * width * depth) {
            throw new Error(`${PACKAGE} gave no picture for ${model.name}.`)
          }
          return { data: result.data, widthPx: width, heightPx: height, channels: depth }
        },
      }
    },
  }
}

async function load(): Promise<Package | undefined> {
  try {
    const found = (await import(PACKAGE)) as Package & { default?: Package } // as the package documents it
    return found.default ?? found
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new Error(`${PACKAGE} is installed, and does not load: ${String(error)}`, { cause: error })
  }
}

/** The package itself is not there; one that lacks a part of its own is broken. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${PACKAGE}'`)
}
