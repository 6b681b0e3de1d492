import { getOperation } from '../../catalog/catalog.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import type { Account, Result, TaskRequest } from '../provider.ts'
import { imagesResult, madeAnything, madeModel, madeSounds, madeTexts, madeVideos } from './results.ts'
import { fileAt } from './vendor-files.ts'

/** Where a model's answer has its files, in the order in which they are looked for. A host may as well give a bare address. */
const NAMES = {
  pictures: ['images', 'image', 'output'],
  videos: ['video', 'videos', 'output'],
  sounds: ['audio', 'audio_url', 'audio_file', 'output'],
  model: ['model_mesh', 'model_glb', 'model_file', 'output'],
  texts: ['output', 'text', 'results'],
} as const

/** What a model gave for an operation of a family. Undefined where there is nothing of the operation's kind in it. */
export function familyResult(value: Json, asked: TaskRequest, account: Account): Result | undefined {
  const { kind } = getOperation(asked.operation).produces
  if (!Object.hasOwn(NAMES, kind)) return undefined
  const found = foundIn(value, NAMES[kind as keyof typeof NAMES]) // as was just seen
  const [first] = found
  if (first === undefined) return undefined
  if (kind === 'texts') return madeTexts(found)
  const sources = found.map((address) => fileAt(account, address))
  const [source = fileAt(account, first)] = sources
  switch (kind) {
    case 'pictures':
      return imagesResult(asked, sources)
    case 'videos':
      return madeVideos(
        asked,
        sources.map((video) => ({ video })),
      )
    case 'sounds':
      return madeSounds(asked, sources)
    default:
      return madeModel({ model: source })
  }
}

/** What a model of any name gave, as it gave it; its files are kept. */
export function anyResult(value: Json, account: Account, isFile: (address: string) => boolean): Result {
  const { files, ...result } = madeAnything(value, isFile)
  const read = files.map((file) => {
    const { content } = file
    return 'url' in content ? { ...file, content: fileAt(account, content.url) } : file
  })
  return { ...result, files: read }
}

/** Addresses and texts, by themselves, in lists, or in objects with a `url` each. */
function foundIn(value: Json | undefined, names: readonly string[]): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (Array.isArray(value)) return value.flatMap((one) => foundIn(one, names))
  if (!isJsonObject(value)) return []
  if (typeof value.url === 'string') return [value.url]
  const name = names.find((one) => foundIn(value[one], names).length > 0)
  return name === undefined ? [] : foundIn(value[name], names)
}
