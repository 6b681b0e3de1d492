import groups from './fal-models.json' with { type: 'json' }
import { hasFile, type OutputShape, type ShapeMembers } from './output-shape.ts'
import type { HostedKind } from './outputs.ts'

/**
 * fal's own models: the members of their outputs, and the texts that they need. `scripts/fal-models.ts` writes the file
 * from the endpoint types of fal's official client.
 */

export interface ModelGroup {
  output: OutputShape
  /** Texts without which the model refuses a request. */
  needs: string[]
  /** Their names, with a space between them. */
  models: string
}

export interface FalModel {
  output: ShapeMembers
  needs: readonly string[]
  /** Undefined for files that no sandbox draws, such as the weights of a training. */
  makes: HostedKind | undefined
}

let models: Map<string, FalModel> | undefined

/** Undefined for a model that the client's types do not have: fal has more than those. */
export function findFalModel(name: string): FalModel | undefined {
  models ??= readModels()
  return models.get(name)
}

function readModels(): Map<string, FalModel> {
  // The compiler reads a type of its own from each group of the file.
  const all = groups as unknown as (ModelGroup & { output: ShapeMembers })[]
  return new Map(
    all.flatMap(({ output, needs, models: names }) => {
      const shown = withFile(output)
      return names.split(' ').map((name): [string, FalModel] => [name, { output: shown, needs, makes: kindOf(shown) }])
    }),
  )
}

/** The members that every answer has; where no file is among them, those that may have one. */
function withFile(output: ShapeMembers): ShapeMembers {
  const members = Object.entries(output)
  const always = members.filter(([name]) => !name.endsWith('?'))
  const isAlways = always.some(([, shape]) => hasFile(shape)) || !members.some(([, shape]) => hasFile(shape))
  const shown = members.filter(([name, shape]) => !name.endsWith('?') || (!isAlways && hasFile(shape)))
  return Object.fromEntries(
    shown.map(([name, shape]) => [name.replace('?', ''), isPlain(shape) ? shape : inner(shape)]),
  )
}

function inner(shape: [OutputShape] | ShapeMembers): OutputShape {
  if (!Array.isArray(shape)) return withFile(shape)
  const [element] = shape
  return isPlain(element) ? shape : [inner(element)]
}

function isPlain(shape: OutputShape): shape is Exclude<OutputShape, [OutputShape] | ShapeMembers> {
  return typeof shape === 'string'
}

/** Names of members, with what is in them; the first that fits counts. */
const KINDS: readonly (readonly [names: RegExp, makes: HostedKind])[] = [
  [/^(?:video|film|animation)/, 'videos'],
  [/^(?:audio|sound|vocals|target|residual|drums)/, 'sounds'],
  [/^(?:model|full_model|mesh|base_model)/, 'model'],
  [/image|picture|mask|depth_map|normal_map|texture|sticker/, 'pictures'],
]

function kindOf(output: ShapeMembers): HostedKind | undefined {
  const files = Object.entries(output).filter(([, shape]) => hasFile(shape))
  if (files.length === 0) return 'texts'
  return KINDS.find(([names]) => files.some(([name]) => names.test(name)))?.[1]
}
