import type { Json, JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Urls } from '../urls.ts'
import { sorted } from './sorted.ts'
import { sunoFamily } from './suno.ts'

/** Where a family's answers differ from the rule. */
export interface FamilyForm {
  usageType: 'llm' | 'point'
  input(task: Task): JsonObject
  output(task: Task, urls: Urls): Json
}

/** The rule: the input's keys sorted by name, the output as the catalogue states it. */
const USUAL: FamilyForm = {
  usageType: 'point',
  input: (task) => sorted(task.input),
  output: (task, urls) => urls.expand(task.output),
}

/** By the family's name, which is the first part of an operation's id. */
const FORMS: Record<string, FamilyForm> = { suno: sunoFamily }

/** What PiAPI calls the families in its history, lists and cancels. */
const SHORT_NAMES = new Map<string, readonly string[]>([
  ['music-s', ['suno', 'music-s']],
  ['suno', ['suno', 'music-s']],
])

/** The names as which the tasks are stored that a caller means by a name; by default the name itself. */
export function modelsOf(name: string): readonly string[] {
  return SHORT_NAMES.get(name) ?? [name]
}

export function inputOf(task: Task): JsonObject {
  return formOf(task).input(task)
}

export function outputOf(task: Task, urls: Urls): Json {
  return formOf(task).output(task, urls)
}

export function usageTypeOf(task: Task): string {
  return formOf(task).usageType
}

/** The short name under which a task is listed. */
export function shortNameOf(model: string): string {
  return [...SHORT_NAMES].find(([, models]) => models.includes(model))?.[0] ?? model
}

function formOf(task: Task): FamilyForm {
  return FORMS[task.operation.split('/', 1)[0] ?? ''] ?? USUAL
}
