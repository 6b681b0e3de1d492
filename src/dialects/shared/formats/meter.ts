import type { Meter, Usage } from '../../../calls/format.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts'
import { JsonWatcher, watchedPaths } from './json-watcher.ts'

export interface MeterForm {
  /** Where events of the format have a usage, as `JsonWatcher` has it. */
  usage: readonly string[]
  /** Where they have what the model wrote. */
  text: readonly string[]
  /** The usage from the last object at each path. */
  read(found: Readonly<Record<string, JsonObject>>): Usage | undefined
}

/** Makes meters, which keep the last usage at each path as text, and parse it when it is asked for. */
export function metersOf({ usage, text, read }: MeterForm): () => Meter {
  const watched = watchedPaths({ objects: usage, strings: text })
  return () => {
    const found = new Map<string, string>()
    const watcher = new JsonWatcher(watched, (path, json) => found.set(path, json))
    return {
      push: (chunk) => watcher.push(chunk),
      usage: () => read(Object.fromEntries([...found].flatMap(([path, json]) => parsed(path, json)))),
      deliveredCharacters: () => watcher.characters,
    }
  }
}

function parsed(path: string, json: string): [string, JsonObject][] {
  try {
    const value = JSON.parse(json) as Json
    return isJsonObject(value) ? [[path, value]] : []
  } catch {
    return [] // the vendor sent no JSON: as if it had reported nothing
  }
}
