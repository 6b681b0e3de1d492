import { type Config, ConfigError } from '../config/config.ts'
import { type Ffmpeg, tryFfmpeg } from '../engines/workshop/workshop.ts'

/** The operator's ffmpeg, after it has been tried; undefined where none is set. Throws a ConfigError when it cannot be used. */
export async function findFfmpeg({ ffmpegPath }: Pick<Config, 'ffmpegPath'>): Promise<Ffmpeg | undefined> {
  if (ffmpegPath === undefined) return undefined
  const found = await tryFfmpeg(ffmpegPath)
  if ('fault' in found) throw new ConfigError(`POLYPHONY_FFMPEG: ${ffmpegPath} ${found.fault}.`)
  return found
}
