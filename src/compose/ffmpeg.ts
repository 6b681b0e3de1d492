import type { Logger } from 'pino'
import { type Config, ConfigError } from '../config/config.ts'
import { systemClock } from '../core/clock.ts'
import { ABANDONED_MS, type Ffmpeg, removeAbandoned, tryFfmpeg } from '../engines/workshop/workshop.ts'

/** The operator's ffmpeg, after it has been tried; undefined where none is set. Throws a ConfigError when it cannot be used. */
export async function findFfmpeg({ ffmpegPath }: Pick<Config, 'ffmpegPath'>): Promise<Ffmpeg | undefined> {
  if (ffmpegPath === undefined) return undefined
  const found = await tryFfmpeg(ffmpegPath)
  if ('fault' in found) throw new ConfigError(`POLYPHONY_FFMPEG: ${ffmpegPath} ${found.fault}.`)
  return found
}

/**
 * Removes the folders of videos on which a gateway worked that was killed: now, and once again when those of one that was
 * killed just before have been without a sign of life for long enough. Returns what ends the waiting.
 */
export async function clearAbandonedVideos(log: Logger): Promise<() => void> {
  const clear = async (): Promise<void> => {
    try {
      const folders = await removeAbandoned(systemClock.now())
      if (folders > 0) log.info({ folders }, 'removed what a gateway that was killed left of videos')
    } catch (error) {
      log.warn({ err: error }, 'what a gateway that was killed left of videos could not be removed')
    }
  }
  await clear()
  const timer = setTimeout(clear, ABANDONED_MS).unref()
  return () => clearTimeout(timer)
}
