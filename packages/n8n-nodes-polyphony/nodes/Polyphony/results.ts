import type { IBinaryData, INodeExecutionData } from 'n8n-workflow'
import { type Context, download, type Task } from './gateway.ts'

/** A task as an item of n8n, with the files of its output as binary data. */

export interface Downloading {
  /** The files that are downloaded: the results, all of them with covers and the like, or none. */
  files: 'results' | 'all' | 'none'
  /** The binary field of the first file; those after it have a number: `data`, `data2`. */
  binaryField: string
}

const RESULTS = new Set(['file', 'audio'])

export async function itemOf(
  context: Context,
  task: Task,
  { files, binaryField }: Downloading,
  index: number,
): Promise<INodeExecutionData> {
  const urls = files === 'none' || task.status !== 'completed' ? [] : filesIn(task.output, files === 'all')
  const binary: Record<string, IBinaryData> = {}
  for (const [place, url] of urls.entries()) {
    const { bytes, mediaType } = await download(context, url)
    const name = place === 0 ? binaryField : `${binaryField}${place + 1}`
    binary[name] = await context.helpers.prepareBinaryData(bytes, nameOf(url), mediaType)
  }
  return { json: task, pairedItem: { item: index }, ...(urls.length === 0 ? {} : { binary }) }
}

/** The URLs of files in an output, each once: of results under `file` and `audio`, or of everything. */
export function filesIn(output: unknown, isAll: boolean): string[] {
  const found = new Set<string>()
  const look = (value: unknown, name: string): void => {
    if (typeof value === 'string') {
      // A model that the catalogue does not know has an output of its own form, under `value`.
      if (/^https?:\/\/\S+$/.test(value) && (isAll || RESULTS.has(name))) found.add(value)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) look(one, Array.isArray(value) ? name : key)
    }
  }
  const { value } = (output ?? {}) as { value?: unknown }
  if (value !== undefined && !isAll) return filesIn(output, true)
  look(output, '')
  return [...found]
}

function nameOf(url: string): string {
  const { pathname } = new URL(url)
  return decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1)) || 'file'
}
