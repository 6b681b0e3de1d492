import { registerHooks } from 'node:module'

/**
 * How the tests find modules, which Node loads as they are. The first of the setup files. Node keeps modules for the whole
 * process, so this is done once in each.
 */

const PROJECT = new URL('../../', import.meta.url).href
/** In place of what the tests import. */
const REPLACED: Record<string, string> = {
  // The threads of the build start without 255 modules each.
  [new URL('src/thread-file.ts', PROJECT).href]: new URL('test/support/built-thread-file.ts', PROJECT).href,
}
const PACKAGES: Record<string, string> = {
  // The provider of the AI SDK is tested with the client beside it, as neither is built.
  '@polyphony/client': new URL('packages/client/src/index.ts', PROJECT).href,
}

const holder = globalThis as { findsTestModules?: boolean }
if (!holder.findsTestModules) {
  holder.findsTestModules = true
  registerHooks({
    resolve(specifier, context, next) {
      const url = PACKAGES[specifier] ?? besideParent(specifier, context.parentURL)
      // Vitest notes each import for its watch mode, in a message that takes longer than finding the module.
      return url === undefined ? next(specifier, context) : { url, format: 'module-typescript', shortCircuit: true }
    },
  })
}

/** The module of ours that an import names by its place; undefined for all other imports. */
function besideParent(specifier: string, parent: string | undefined): string | undefined {
  if (!specifier.startsWith('.') || !specifier.endsWith('.ts') || !parent?.startsWith(PROJECT)) return undefined
  const { href } = new URL(specifier, parent)
  return REPLACED[href] ?? href
}
