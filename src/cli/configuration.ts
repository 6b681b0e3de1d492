import { KNOWN_SETTINGS } from '../compose/known-settings.ts'
import { type Config, configFrom, type Use } from '../config/config.ts'
import { sourcesOf } from '../config/config-file.ts'
import { type ReadSettings, readSettings } from '../config/read-settings.ts'
import type { Source } from '../config/sources.ts'

/** The configuration of this command: from the environment, `.env` and the configuration file. */
export function loadConfig(use: Use = {}): { config: Config; warnings: readonly string[] } {
  const settings = readSettings(sourcesHere(), KNOWN_SETTINGS)
  return { config: configFrom(settings, use), warnings: settings.warnings }
}

/** The settings with all faults and their sources; makes no folder and no secret. */
export function inspectConfig(): ReadSettings & { sources: readonly Source[] } {
  const sources = sourcesHere()
  return { ...readSettings(sources, KNOWN_SETTINGS), sources }
}

export function sourcesHere(): Source[] {
  return sourcesOf(process.env, process.cwd())
}
