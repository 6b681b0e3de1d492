import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'

/** Where lines go, one after another: never more in memory than the receiver takes. */
export interface LineWriter {
  write(text: string): Promise<void>
  close(): Promise<void>
}

/** A new file, which nobody else may read, or the output where none is named. Rejects where the file is there. */
export async function openLines(file: string | undefined): Promise<LineWriter> {
  if (file === undefined) return { write: (text) => put(process.stdout, text), close: async () => {} }
  const stream = createWriteStream(file, { flags: 'wx', mode: 0o600 })
  await once(stream, 'open')
  return {
    write: (text) => put(stream, text),
    async close() {
      stream.end()
      await finished(stream)
    },
  }
}

async function put(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain')
}
