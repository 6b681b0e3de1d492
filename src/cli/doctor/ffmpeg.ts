import { findFfmpeg } from '../../compose/ffmpeg.ts'
import type { Config } from '../../config/config.ts'
import { type Finding, fault, ok, reasonOf } from './finding.ts'

const ABOUT = 'ffmpeg'

/** Whether the ffmpeg of the configuration can be used; nothing to say where there is none. */
export async function checkFfmpeg(config: Config): Promise<Finding[]> {
  try {
    const found = await findFfmpeg(config)
    return found ? [ok(ABOUT, `${found.path} encodes videos with ${found.encoder}`)] : []
  } catch (error) {
    return [fault(ABOUT, reasonOf(error))]
  }
}
