import { closeSync, fsyncSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'

/** Windows cannot open folders, and orders their writes itself. */
const SYNCS = process.platform !== 'win32'

/** Puts a folder's entries on disk: a new or renamed file may else be gone after a power cut. */
export async function syncFolder(path: string): Promise<void> {
  if (!SYNCS) return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The same, for code that cannot wait. */
export function syncFolderNow(path: string): void {
  if (!SYNCS) return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
