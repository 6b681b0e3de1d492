import type { Meter, ToolUses, Usage } from '../../../calls/format.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts'
import { JsonWatcher, watchedPaths } from './json-watcher.ts'

export interface MeterForm {
  /** Where events of the format have a usage, as `JsonWatcher` has it. */
  usage: readonly string[]
  /** Where they have what the model wrote. */
  text: readonly string[]
  /** Where they have words that change what is billed, such as the type of a tool that was used. */
  words?: readonly string[]
  /** The usage from the last object at each path, and the words at each. */
  read(found: Readonly<Record<string, JsonObject>>, words: Words): Usage | undefined
  /** The path of the usage that comes at the end, where one before it has only what was read. */
  last?: string
  /** Whether one of the words says how the answer ended. */
  ends(words: Words): boolean
  /** The path of the answer's id, one of `words`, where vendors keep answers. */
  answerId?: string
  /** Where events have an error: an object. */
  errors: readonly string[]
  /** Whether one of the words says that there was an error, for events that are errors without an object of it. */
  fails?(words: Words): boolean
  /** The tools that the vendor has run, before it has reported its usage. */
  toolUses?(words: Words): ToolUses
}

/** What stood at watched paths, each with how often; the last to come is the last here. */
export interface Words {
  countOf(path: string, word: string): number
  /** How many different ones there were. */
  kindsOf(path: string): number
  last(path: string): string | undefined
}

/** An answer with more different words at a place than this is none that a vendor sends. */
const MAX_KINDS = 1_000

/** Makes meters, which keep the last usage at each path as text, and parse it when it is asked for. */
export function metersOf({
  usage,
  text,
  words = [],
  read,
  last,
  ends,
  answerId,
  errors,
  fails,
  toolUses,
}: MeterForm): () => Meter {
  const watched = watchedPaths({ objects: [...usage, ...errors], strings: text, words })
  return () => {
    const found = new Map<string, string>()
    const counted = new Map<string, Map<string, number>>()
    const watcher = new JsonWatcher(
      watched,
      (path, json) => found.set(path, json),
      (path, word) => count(counted, path, word),
    )
    return {
      push: (chunk) => watcher.push(chunk),
      usage: () => read(Object.fromEntries([...found].flatMap(([path, json]) => parsed(path, json))), wordsIn(counted)),
      isComplete: () => ends(wordsIn(counted)),
      answerId: () => (answerId === undefined ? undefined : wordsIn(counted).last(answerId)),
      failure() {
        const path = errors.find((one) => found.has(one))
        const [error] = path === undefined ? [] : parsed(path, found.get(path) ?? '')
        if (error) return { error: error[1] }
        return fails?.(wordsIn(counted)) ? {} : undefined
      },
      isPartial: () => last !== undefined && found.size > 0 && !found.has(last),
      toolUses: () => toolUses?.(wordsIn(counted)) ?? {},
      deliveredCharacters: () => watcher.characters,
    }
  }
}

function count(counted: Map<string, Map<string, number>>, path: string, word: string): void {
  let each = counted.get(path)
  if (!each) {
    each = new Map()
    counted.set(path, each)
  }
  const before = each.get(word)
  if (before === undefined && each.size >= MAX_KINDS) return
  each.delete(word) // the last to come stands last
  each.set(word, (before ?? 0) + 1)
}

function wordsIn(counted: ReadonlyMap<string, ReadonlyMap<string, number>>): Words {
  return {
    countOf: (path, word) => counted.get(path)?.get(word) ?? 0,
    kindsOf: (path) => counted.get(path)?.size ?? 0,
    last: (path) => [...(counted.get(path)?.keys() ?? [])].at(-1),
  }
}

function parsed(path: string, json: string): [string, JsonObject][] {
  try {
    // No string of JSON has a line break as it is: one belongs to an event of several lines.
    const value = JSON.parse(json.replaceAll(/\n(?:data:)?/g, '\n')) as Json
    return isJsonObject(value) ? [[path, value]] : []
  } catch {
    return [] // the vendor sent no JSON: as if it had reported nothing
  }
}
