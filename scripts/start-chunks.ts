import { join } from 'node:path'
import type { CodeSplittingOptions } from 'rolldown'

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
  'src/store/scan-worker.ts',
  'src/engines/studio/composer-worker.ts',
  'src/engines/speech/speech-worker.ts',
  'src/engines/workshop/workshop-worker.ts',
]

/**
 * What is loaded with the first request for it: protocols (`dialects/dialects.ts` lists them), composing, networks, speech. One
 * import too many at the top of a file, and each start loads all of it.
 */
const LATER =
  /\/src\/(?:dialects\/(?!kit\/|dialects\.ts)|engines\/(?:studio\/(?!studio(?:-work)?\.ts|(?:lead-sheet|harmony|tools\/recipe)\.ts)|speech\/(?:flite|sound-file)\.ts|workshop\/(?:nn\/|models\.ts|video\/perform)))/

/**
 * Puts what a start loads into few files: finding, linking and keeping a hundred small ones took a sixth of its processor
 * time, and some megabytes. Modules are together that the same of `ALONE` import, so nothing is loaded where it is not needed, and
 * no two files import each other.
 */
export function startChunks(project: string): CodeSplittingOptions {
  let found: Map<string, string> | undefined

  function namesBy(importsOf: (id: string) => readonly string[]): Map<string, string> {
    const reachedFrom = (entries: readonly string[]): Set<string> => {
      const reached = new Set(entries.map((entry) => join(project, entry)))
      for (const id of reached) for (const imported of importsOf(id)) reached.add(imported)
      return reached
    }
    const alone = ALONE.map((entry) => reachedFrom([entry]))
    const users = (id: string) => alone.map((reached) => (reached.has(id) ? '1' : '0')).join('')
    const loaded = [...reachedFrom(START)]
    const tooEarly = loaded.find((id) => LATER.test(id))
    if (tooEarly) throw new Error(`Each start would load ${tooEarly}, which is to be imported at its first use.`)
    return new Map(loaded.map((id) => [id, `start-${Number.parseInt(users(id), 2).toString(36)}`]))
  }

  return {
    includeDependenciesRecursively: false,
    groups: [
      {
        debugName: 'start',
        name(id, context) {
          found ??= namesBy((of) => {
            const module = context.getModuleInfo(of)
            if (!module) throw new Error(`${of} is no part of the program any more.`)
            return module.importedIds
          })
          return found.get(id) ?? null
        },
      },
    ],
  }
}
