import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build, ENTRIES } from '../../scripts/build.ts'
import { buildGuide } from '../../scripts/build-guide.ts'
import { buildReference } from '../../scripts/build-reference.ts'
import { buildWeb } from '../../scripts/build-web.ts'

const PROJECT = new URL('../..', import.meta.url).pathname

/** The server of the crash tests, bundled with the threads that it starts. */
export const TEST_SERVERS = join(PROJECT, '.cache/test-servers')

/**
 * Builds what the tests run as processes and threads, where sources are newer: the program itself, and the server of the
 * crash tests. A process from source takes three times as long to start.
 */
export default async function setup(): Promise<void> {
  const dist = join(PROJECT, 'dist')
  const sources = newestIn([
    'src',
    'scripts/build.ts',
    'scripts/start-chunks.ts',
    'scripts/licences.ts',
    'package-lock.json',
  ])
  if (sources > builtAt(join(dist, 'program.js'))) await build(dist)
  const pages = newestIn([
    'web/src',
    'web/index.html',
    'web/vite.config.ts',
    'scripts/build-web.ts',
    'scripts/licences.ts',
    'package-lock.json',
  ])
  if (pages > builtAt(join(dist, 'web/index.html'))) await buildWeb(join(dist, 'web'))
  const guide = newestIn(['docs', 'web/guide', 'scripts/guide', 'scripts/build-guide.ts', 'package-lock.json'])
  if (guide > builtAt(join(dist, 'guide/llms.txt.gz'))) await buildGuide(join(dist, 'guide'))
  const reference = newestIn(['scripts/build-reference.ts', 'package-lock.json'])
  if (reference > builtAt(join(dist, 'reference/scalar.js.gz'))) await buildReference(join(dist, 'reference'))
  if (Math.max(sources, newestIn(['test/crash', 'test/support'])) > builtAt(join(TEST_SERVERS, 'crash-server.js'))) {
    const { program: _, ...threads } = ENTRIES
    await build(TEST_SERVERS, { ...threads, 'crash-server': 'test/crash/server.ts' })
  }
}

function builtAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function newestIn(paths: string[]): number {
  const times = paths.map((path) => {
    const whole = join(PROJECT, path)
    if (!statSync(whole).isDirectory()) return statSync(whole).mtimeMs
    return Math.max(
      ...readdirSync(whole, { recursive: true }).map((name) => statSync(join(whole, String(name))).mtimeMs),
    )
  })
  return Math.max(...times)
}
