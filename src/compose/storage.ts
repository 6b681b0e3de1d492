import type { Disk } from 'flydrive'
import { openDisk } from '../assets/storage.ts'
import { type Config, ConfigError } from '../config/config.ts'
import { PolyphonyError } from '../core/errors.ts'

/** Opens the storage that the configuration names. Throws a ConfigError when it cannot be used as it is written. */
export async function openStorage({ storageUrl, variable }: Config): Promise<Disk> {
  try {
    return await openDisk(storageUrl, variable)
  } catch (error) {
    if (error instanceof PolyphonyError || !(error instanceof Error)) throw error
    throw new ConfigError(error.message) // which names the cause already
  }
}
