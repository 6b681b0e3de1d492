import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The file in which the first process of this run that made `/openapi.json` leaves it for the others. */
    keptDescription: string
  }
}

/** Making the description loads all protocols: seconds of processor time in each of two dozen processes. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'polyphony-description-'))
  project.provide('keptDescription', join(folder, 'openapi.json'))
  return () => rmSync(folder, { recursive: true, force: true })
}
