import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What needs Python: 3.11 or later with venv, and its registry. */

const OLDEST = [3, 11]
/** The exit code of what could not run, since there is no Python. */
const NO_PYTHON = 2

/** Runs a program in Python; resolves with its exit code. Its output is shown. */
export type RunPython = (args: string[], env?: Record<string, string>) => Promise<number>

/**
 * Installs packages into an environment in a temporary folder, and gives `use` the way to run programs there. Resolves
 * with the exit code of `use`, or 2 where there is no Python, which it says.
 */
export async function inPython(requirements: string, use: (python: RunPython) => Promise<number>): Promise<number> {
  const python = findPython()
  if (python === undefined) {
    console.error(`There is no Python ${OLDEST.join('.')} or later with venv: install one for this.`)
    return NO_PYTHON
  }
  const folder = await mkdtemp(join(tmpdir(), 'polyphony-python-'))
  try {
    if ((await run(python, ['-m', 'venv', folder])) !== 0) throw new Error('The Python environment could not be made.')
    const own = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin', 'python')
    const installing = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]
    if ((await run(own, installing)) !== 0) throw new Error('The packages could not be installed.')
    return await use((args, env) => run(own, args, env))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The command of a Python that is new enough. */
function findPython(): string | undefined {
  const program = `import sys, venv, ensurepip; sys.exit(sys.version_info < (${OLDEST.join(', ')}))`
  return ['python3', 'python'].find((command) => spawnSync(command, ['-c', program]).status === 0)
}

function run(command: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}
