import { execFile } from 'node:child_process'
import { cp, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** `npm run build:packages`: the client packages as JavaScript with types, into the `dist` of each. */

const PROJECT = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

/** In the order in which they need each other. */
export const PACKAGES = ['client', 'ai-sdk-provider', 'n8n-nodes-polyphony']

/** Resolves when all are built. Rejects with what the compiler says. */
export async function buildPackages(): Promise<void> {
  for (const name of PACKAGES) await buildPackage(name, `${PROJECT}packages/${name}/dist`)
}

/** Builds one package into a folder, which is emptied before. */
export async function buildPackage(name: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  const words = ['node_modules/typescript-7/bin/tsc', '-p', `packages/${name}`, '--outDir', folder]
  await run(process.execPath, words, { cwd: PROJECT })
  for (const icon of ICONS[name] ?? []) await cp(`${PROJECT}packages/${name}/${icon}`, `${folder}/${icon}`)
}

/** n8n looks for icons beside the code. */
const ICONS: Record<string, string[]> = {
  'n8n-nodes-polyphony': ['nodes/Polyphony/polyphony.svg', 'credentials/polyphony.svg'],
}

if (import.meta.main) {
  await buildPackages()
  console.log(`built: ${PACKAGES.map((name) => `packages/${name}/dist`).join(', ')}`)
}
