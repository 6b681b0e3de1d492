import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { imagesResult, modelResult, type Source, soundsResult, textsResult, videosResult } from '../kit/results.ts'
import { fileOfVendor } from '../kit/vendor-call.ts'
import type { Account, Result, TaskRequest } from '../provider.ts'
import { keyOf } from './account.ts'
import type { Outputs } from './template.ts'

/** A file at ComfyUI, as its nodes report it. */
interface StoredFile {
  filename: string
  subfolder: string
  type: string
}

/** Names of members differ from node to node (`images`, `gifs`, `audio`, `3d` …), so the kind is found by the files' names. */
const KINDS = {
  pictures: /\.(?:png|jpe?g|webp)$/i,
  videos: /\.mp4$/i,
  sounds: /\.(?:mp3|wav|flac|ogg)$/i,
  model: /\.glb$/i,
}

/** Undefined when the nodes that the template names delivered nothing of the kind. */
export function resultOf(
  nodes: JsonObject,
  outputs: Outputs,
  request: TaskRequest,
  account: Account,
): Result | undefined {
  const sources = (kind: keyof typeof KINDS, ids: readonly string[] = outputs.nodes): Source[] =>
    ids.flatMap((id) => filesIn(nodes[id], KINDS[kind])).map((file) => sourceOf(account, file))
  if (outputs.kind === 'texts') return textsOf(nodes, outputs)
  if (outputs.kind === 'model') return modelOf(outputs, sources, account)
  const found = sources(outputs.kind)
  if (found.length === 0) return undefined
  if (outputs.kind === 'pictures') return imagesResult(request, found)
  if (outputs.kind === 'sounds') return soundsResult(request, found)
  return videosResult(
    request,
    found.map((video) => ({ video })),
  )
}

function textsOf(nodes: JsonObject, outputs: Outputs): Result | undefined {
  const texts = outputs.nodes.flatMap((id) => {
    const node = nodes[id]
    const text = isJsonObject(node) ? node.text : undefined
    return (Array.isArray(text) ? text : [text]).filter(
      (one): one is string => typeof one === 'string' && one.trim() !== '',
    )
  })
  return texts.length === 0 ? undefined : textsResult(texts)
}

function modelOf(
  { files, picture }: Outputs,
  sources: (kind: keyof typeof KINDS, ids?: readonly string[]) => Source[],
  account: Account,
): Result | undefined {
  const stated = (path: string | undefined) => (path === undefined ? undefined : sourceOf(account, fileAtPath(path)))
  const model = stated(files?.model) ?? sources('model')[0]
  if (!model) return undefined
  const turntable = stated(files?.turntable)
  const [cut] = picture === undefined ? [] : sources('pictures', [picture])
  return modelResult({ model, ...(cut ? { picture: cut } : {}), ...(turntable ? { turntable } : {}) })
}

/** Files that a node reports: as objects, and as paths in its texts. */
function filesIn(node: Json | undefined, kind: RegExp): StoredFile[] {
  if (!isJsonObject(node)) return []
  return Object.values(node).flatMap((list) =>
    (Array.isArray(list) ? list : []).flatMap((one) => {
      if (typeof one === 'string') return kind.test(one.trim()) ? [fileAtPath(one.trim())] : []
      if (!isJsonObject(one) || typeof one.filename !== 'string' || !kind.test(one.filename)) return []
      // Newer servers make an object of a path.
      if (/[/\\]/.test(one.filename)) return [fileAtPath(one.filename)]
      return [{ filename: one.filename, subfolder: String(one.subfolder ?? ''), type: String(one.type ?? 'output') }]
    }),
  )
}

/**
 * A file by its path: what follows ComfyUI's output folder, wherever that lies. A whole path without such a folder is
 * taken for a file directly in it. Inferred.
 */
function fileAtPath(path: string): StoredFile {
  const parts = path.replaceAll('\\', '/').split('/')
  const root = parts.lastIndexOf('output')
  const isWhole = /^(?:\/|[A-Za-z]:)/.test(path)
  const inside = root >= 0 ? parts.slice(root + 1) : isWhole ? parts.slice(-1) : parts
  return { filename: inside.at(-1) ?? '', subfolder: inside.slice(0, -1).join('/'), type: 'output' }
}

function sourceOf(account: Account, { filename, subfolder, type }: StoredFile): Source {
  const call = { path: '/view', query: { filename, subfolder, type }, headers: keyOf(account) }
  return { read: async (signal) => (await fileOfVendor(account, { ...call, signal })).bytes }
}

/** The template's outputs for a task: `{task}` is its id. */
export function outputsFor({ files, ...rest }: Outputs, taskId: string): Outputs {
  if (!files) return rest
  const named = Object.entries(files).map(([role, path]) => [role, path.replaceAll('{task}', taskId)] as const)
  return { ...rest, files: Object.fromEntries(named) }
}
