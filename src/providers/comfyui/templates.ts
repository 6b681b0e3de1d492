import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { findOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import { limitToModels } from '../kit/models-field.ts'
import type { Account } from '../provider.ts'
import { isOperatorOwned } from './account.ts'
import { readTemplate, type Template } from './template.ts'

const BUILT_IN = join(import.meta.dirname, 'templates')

/** The templates of a folder, by the operations that they are for; and what is wrong with the others. */
interface Folder {
  byOperation: ReadonlyMap<string, Template>
  /** The operations of unreadable files, by their name or by what can be read of them. */
  broken: ReadonlyMap<string, Error>
  problems: readonly Error[]
  /** What each file is for. */
  files: ReadonlyMap<string, readonly string[]>
}

const EMPTY: Folder = { byOperation: new Map(), broken: new Map(), problems: [], files: new Map() }

/** The templates that come with Polyphony, and those of an operator's folder, which go before them. */
export interface Templates {
  readonly builtIn: ReadonlySet<string>
  /** What an account can perform. A file that is broken takes nothing away: its operation fails, and says why. */
  performedBy(account: Account): ReadonlySet<string>
  /** Throws `vendor_refused` where the operator's template is broken, `no_provider` where there is none. */
  get(operation: string, account: Account): Template
  /** Throws what is wrong with the first broken file of an account's folder. */
  check(account: Account): void
}

export function openTemplates(): Templates {
  const builtIn = readFolder(BUILT_IN, namesIn(BUILT_IN), new Map())
  const [fault] = builtIn.problems
  if (fault) throw fault
  const read = new Map<string, { state: string; folder: Folder }>()

  /** Read again when a file has changed. A folder that cannot be read is a problem like any other. */
  function folderOf(account: Account): Folder {
    const path = account.settings.templates?.trim() ?? ''
    if (path === '' || !isOperatorOwned(account)) return EMPTY
    try {
      const names = namesIn(path)
      const state = names.map((name) => `${name} ${statSync(join(path, name)).mtimeMs}`).join('\n')
      const known = read.get(path)
      if (known?.state === state) return known.folder
      const folder = readFolder(path, names, builtIn.files)
      read.set(path, { state, folder })
      return folder
    } catch (error) {
      const problem = new Error(`COMFYUI_TEMPLATES: ${path} cannot be read.`, { cause: error })
      return { ...EMPTY, problems: [problem] }
    }
  }

  return {
    builtIn: new Set(builtIn.byOperation.keys()),
    performedBy(account) {
      const { byOperation, broken } = folderOf(account)
      const all = new Set([...builtIn.byOperation.keys(), ...byOperation.keys(), ...broken.keys()])
      return limitToModels(all, account.settings.models ?? '')
    },
    get(operation, account) {
      const { byOperation, broken } = folderOf(account)
      const fault = broken.get(operation)
      if (fault) throw new PolyphonyError('vendor_refused', `A workflow template is broken: ${fault.message}`)
      const template = byOperation.get(operation) ?? builtIn.byOperation.get(operation)
      if (template) return template
      throw new PolyphonyError('no_provider', `No workflow template of ComfyUI performs ${operation}.`)
    },
    check(account) {
      const [problem] = folderOf(account).problems
      if (problem) throw new PolyphonyError('vendor_refused', problem.message, { cause: problem })
    },
  }
}

function namesIn(path: string): string[] {
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
}

function readFolder(path: string, names: readonly string[], known: ReadonlyMap<string, readonly string[]>): Folder {
  const byOperation = new Map<string, Template>()
  const broken = new Map<string, Error>()
  const problems: Error[] = []
  const files = new Map<string, readonly string[]>()
  for (const name of names) {
    const text = readFileSync(join(path, name), 'utf8')
    try {
      const template = readTemplate(name, text)
      files.set(name, template.operations)
      for (const operation of template.operations) byOperation.set(operation, template)
    } catch (error) {
      const problem = error instanceof Error ? error : new Error(String(error))
      problems.push(problem)
      for (const operation of [...(known.get(name) ?? []), ...operationsIn(text)]) broken.set(operation, problem)
    }
  }
  return { byOperation, broken, problems, files }
}

/** What a broken file says that it is for, as far as it can be read. */
function operationsIn(text: string): string[] {
  try {
    const words: unknown = JSON.parse(text)
    const { operations } = isJsonObject(words) ? words : {}
    const named = Array.isArray(operations) ? operations.filter((one) => typeof one === 'string') : []
    return named.filter((id) => findOperation(id) !== undefined)
  } catch {
    return [] // already reported as a problem
  }
}
