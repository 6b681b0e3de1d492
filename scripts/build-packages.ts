import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** `npm run build:packages`: the client packages as JavaScript with types, into the `dist` of each. */

const PROJECT = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

/** In the order in which they need each other. */
export const PACKAGES = ['client', 'ai-sdk-provider']

/** Resolves when all are built. Rejects with what the compiler says. */
export async function buildPackages(): Promise<void> {
  for (const name of PACKAGES) {
    await rm(`${PROJECT}packages/${name}/dist`, { recursive: true, force: true })
    await run(process.execPath, ['node_modules/typescript-7/bin/tsc', '-p', `packages/${name}`], { cwd: PROJECT })
  }
}

if (import.meta.main) {
  await buildPackages()
  console.log(`built: ${PACKAGES.map((name) => `packages/${name}/dist`).join(', ')}`)
}
