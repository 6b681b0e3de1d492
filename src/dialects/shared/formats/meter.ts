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
  /** Where events say how one of several answers ended; without an index it is that of the first. */
  choices?: { each: string; index: string; reason: string }
  /** Whether one of the words says how the answer ended. */
  ends?(words: Words): boolean
  /** The event after which no other comes, and whether it has come. `[DONE]` is one in every format. */
  closing?: { text: string; isIn(words: Words, isDone: boolean): boolean }
  /**
   * Servers say only at the end how the answer ended, so that it has all come even if the connection breaks off then. Not so
   * Gemini's older models, which say it in every event.
   */
  endsOnce: boolean
  /** The path of the answer's id, one of `words`, where vendors keep answers. */
  answerId?: string
  /** The paths of the ids of what vendors may keep of an answer, each one of `words`. */
  itemIds?: readonly string[]
  /** The same of the containers in which they run code. */
  containerIds?: readonly string[]
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
  kinds(path: string): readonly string[]
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
  choices,
  ends,
  closing,
  endsOnce,
  answerId,
  itemIds = [],
  containerIds = [],
  errors,
  fails,
  toolUses,
}: MeterForm): () => Meter {
  const watched = watchedPaths({
    objects: [...usage, ...errors],
    strings: text,
    words: [...words, ...(choices ? [choices.index, choices.reason] : [])],
    groups: choices ? [choices.each] : [],
  })
  const keptPaths = [...itemIds, ...containerIds]
  return () => {
    const ended = choices && endedChoices(choices)
    const found = new Map<string, string>()
    const counted = new Map<string, Map<string, number>>()
    const watcher = new JsonWatcher(
      watched,
      (path, json) => found.set(path, json),
      (path, word) => {
        if (path === choices?.index || path === choices?.reason) ended?.note(path, word)
        else count(counted, path, word)
      },
      () => ended?.next(),
    )
    const usageSoFar = () =>
      read(Object.fromEntries([...found].flatMap(([path, json]) => parsed(path, json))), wordsIn(counted))
    const isPartial = () => last !== undefined && found.size > 0 && !found.has(last)
    const isReported = () => usageSoFar() !== undefined && !isPartial()
    const haveEnded = (expected: number) =>
      watcher.isDone || (ended !== undefined && ended.count() >= expected) || (ends?.(wordsIn(counted)) ?? false)
    // Some servers ignore how many answers are wanted: all that began have ended then. Where the usage comes with every
    // event, this is also so before the next answer begins: it says nothing of a stream that broke off.
    const haveAllEnded = () => endsOnce && ended?.areAll() === true && isReported()
    const isClosed = () => watcher.isDone || (closing?.isIn(wordsIn(counted), watcher.isDone) ?? false)
    return {
      push: (chunk) => watcher.push(chunk),
      usage: usageSoFar,
      isComplete: (expected) => haveEnded(expected) || haveAllEnded(),
      // The usage of chats follows what says how they ended.
      hasAll: (expected) => isClosed() || (endsOnce && haveEnded(expected) && isReported()),
      closing: () => (isClosed() ? '' : (closing?.text ?? '')),
      answerId: () => (answerId === undefined ? undefined : wordsIn(counted).last(answerId)),
      itemIds: () => kindsAt(itemIds, counted),
      containerIds: () => kindsAt(containerIds, counted),
      itemCount: () => keptPaths.reduce((sum, path) => sum + (counted.get(path)?.size ?? 0), 0),
      failure() {
        const path = errors.find((one) => found.has(one))
        const [error] = path === undefined ? [] : parsed(path, found.get(path) ?? '')
        if (error) return { error: error[1] }
        return fails?.(wordsIn(counted)) ? {} : undefined
      },
      isPartial,
      toolUses: () => toolUses?.(wordsIn(counted)) ?? {},
      deliveredCharacters: () => watcher.characters,
    }
  }
}

/** Which of the answers of a stream have ended. */
function endedChoices({ index, reason }: NonNullable<MeterForm['choices']>) {
  const all = new Set<string>()
  const begun = new Set<string>()
  let current: { index: string; hasEnded: boolean } = { index: '0', hasEnded: false }
  return {
    note(path: string, word: string): void {
      if (path === index) current.index = word
      // Some servers send an empty one with every event.
      if (path === reason && word !== '') current.hasEnded = true
    },
    next(): void {
      if (begun.size < MAX_KINDS) begun.add(current.index)
      if (current.hasEnded && all.size < MAX_KINDS) all.add(current.index)
      current = { index: '0', hasEnded: false }
    },
    count: () => all.size,
    /** Whether each that has begun has ended, as far as they are counted. */
    areAll: () => all.size > 0 && all.size === begun.size && begun.size < MAX_KINDS,
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

function kindsAt(paths: readonly string[], counted: Parameters<typeof wordsIn>[0]): string[] {
  return paths.flatMap((path) => [...wordsIn(counted).kinds(path)])
}

function wordsIn(counted: ReadonlyMap<string, ReadonlyMap<string, number>>): Words {
  return {
    countOf: (path, word) => counted.get(path)?.get(word) ?? 0,
    kindsOf: (path) => counted.get(path)?.size ?? 0,
    kinds: (path) => [...(counted.get(path)?.keys() ?? [])],
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
