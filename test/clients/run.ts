import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { openGateway, TEST_KEY } from '../support/gateway.ts'

/**
 * The vendors' Python clients against a gateway: `npm run test:clients`. Needs Python 3.10 or later and its registry: the
 * packages go into an environment in a temporary folder. Exit code 1 when a check failed, 2 when there is no Python.
 */

const OLDEST = [3, 10]
const NO_PYTHON = 2

/** The command of a Python that is new enough. */
function findPython(): string | undefined {
  const program = `import sys, venv, ensurepip; sys.exit(sys.version_info < (${OLDEST.join(', ')}))`
  return ['python3', 'python'].find((command) => spawnSync(command, ['-c', program]).status === 0)
}

/** Runs a command with its output shown, and resolves with its exit code. */
function run(command: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}

async function main(): Promise<number> {
  const python = findPython()
  if (python === undefined) {
    console.error(`There is no Python ${OLDEST.join('.')} or later with venv: install one to test the Python clients.`)
    return NO_PYTHON
  }
  const folder = await mkdtemp(join(tmpdir(), 'polyphony-clients-'))
  try {
    if ((await run(python, ['-m', 'venv', folder])) !== 0) throw new Error('The Python environment could not be made.')
    const own = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin', 'python')
    const packages = join(import.meta.dirname, 'requirements.txt')
    const installing = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', packages]
    if ((await run(own, installing)) !== 0) throw new Error('The packages could not be installed.')
    await using gateway = await openGateway()
    const picture = Buffer.from((await sampleFiles['image/png']?.()) ?? []).toString('base64')
    const env = {
      GATEWAY_URL: gateway.url,
      GATEWAY_KEY: TEST_KEY,
      PICTURE: picture,
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    }
    return await run(own, [join(import.meta.dirname, 'clients.py')], env)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

process.exitCode = await main()
