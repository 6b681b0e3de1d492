import { join } from 'node:path'
import type { OutputOptions, Plugin } from 'rolldown'

/** What a start of the server imports when it needs it, beside what these import. */
const START = [
  'src/cli/program.ts',
  'src/cli/serve.ts',
  'src/cli/run-server.ts',
  'src/store/sqlite.ts',
  'src/store/sqlite-reader.ts',
  'src/main.ts',
  'src/compose/check-credentials.ts',
]

/** What is loaded without the rest of a start: by commands, by threads, and before the writer's thread is begun. */
const ALONE = [
  'src/cli/program.ts',
  'src/cli/serve.ts',
  'src/cli/call.ts',
  'src/cli/local-admin.ts',
  'src/store/sqlite-worker.ts',
  'src/store/reconcile-worker.ts',
  'src/engines/studio/composer-worker.ts',
  'src/engines/speech/speech-worker.ts',
  'src/engines/workshop/workshop-worker.ts',
]

/**
 * Puts what a start loads into few files: finding, linking and keeping a hundred small ones took a sixth of its processor
 * time, and 6 MB. Modules are together that the same of `ALONE` import, so nothing is loaded where it is not needed, and no two
 * files import each other.
 */
export function startChunks(project: string): { plugin: Plugin } & Pick<OutputOptions, 'codeSplitting'> {
  const imports = new Map<string, readonly string[]>()
  let found: Map<string, string> | undefined

  function reachedFrom(entries: readonly string[]): Set<string> {
    const reached = new Set(entries.map((entry) => join(project, entry)))
    for (const id of reached) for (const imported of imports.get(id) ?? []) reached.add(imported)
    return reached
  }

  function names(): Map<string, string> {
    for (const entry of [...START, ...ALONE]) {
      if (!imports.has(join(project, entry))) throw new Error(`${entry} is no part of the program any more.`)
    }
    const alone = ALONE.map((entry) => reachedFrom([entry]))
    const users = (id: string) => alone.map((reached) => (reached.has(id) ? '1' : '0')).join('')
    return new Map([...reachedFrom(START)].map((id) => [id, `start-${Number.parseInt(users(id), 2).toString(36)}`]))
  }

  return {
    plugin: {
      name: 'start-chunks',
      moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds),
    },
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        {
          debugName: 'start',
          name(id) {
            found ??= names()
            return found.get(id) ?? null
          },
        },
      ],
    },
  }
}
