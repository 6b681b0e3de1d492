import { access, constants, stat, statfs } from 'node:fs/promises'

export interface DiskUse {
  /** What is in it, such as `files`. */
  folder: string
  path: string
  freeBytes: number
  sizeBytes: number
  /** The same for two folders on one disk. */
  device: number
}

/** The disks of folders of this machine, by what is in them. One that is gone has no figures, and is left out. */
export async function readDisks(folders: Readonly<Record<string, string>>): Promise<DiskUse[]> {
  const read = Object.entries(folders).map(async ([folder, path]): Promise<DiskUse[]> => {
    const [disk, place] = await Promise.all([statfs(path), stat(path)]).catch(() => []) // gone
    if (!disk || !place) return []
    const { bsize, bavail, blocks } = disk
    return [{ folder, path, freeBytes: bsize * bavail, sizeBytes: bsize * blocks, device: place.dev }]
  })
  return (await Promise.all(read)).flat()
}

/** Rejects unless this user may write to all of the folders. */
export async function checkWritable(folders: Readonly<Record<string, string>>): Promise<void> {
  await Promise.all(Object.values(folders).map((path) => access(path, constants.W_OK)))
}
