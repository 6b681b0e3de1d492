import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pkg from '../package.json' with { type: 'json' }

export const ADMIN_KEY = 'sk-live-bench-0123456789abcdef'
export const TEST_KEY = 'sk-test-bench-0123456789abcdef'

const START_FLAGS = pkg.scripts.start.split(' ').filter((word) => word.startsWith('--'))
/** More flags of Node's for the servers: `BENCH_NODE_FLAGS=--cpu-prof npm run bench` leaves a profile. */
const extraFlags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter(Boolean)

/** A measurement that fails leaves no server behind. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A server in a process of its own, so that the load's own work is not measured. */
export interface Child {
  url: string
  process: ChildProcess
  startedMs: number
  stop(): Promise<void>
}

/** `script` is relative to this file. It is ready when it prints `ready URL`, or the program's own line with its URL. */
export async function startChild(
  script: string,
  env: Record<string, string> = {},
  words: string[] = [],
): Promise<Child> {
  const before = performance.now()
  // As `npm start` runs it: the same flags, and compiled code kept between starts.
  const child = spawn(
    process.execPath,
    [...START_FLAGS, ...extraFlags, new URL(script, import.meta.url).pathname, ...words],
    {
      env: {
        NODE_COMPILE_CACHE: new URL('../node_modules/.cache/compile', import.meta.url).pathname,
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: '0',
        LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
        POLYPHONY_ADMIN_KEY: ADMIN_KEY,
        POLYPHONY_TEST_KEY: TEST_KEY,
        POLYPHONY_OPENING_CREDIT: '10000000',
        POLYPHONY_EGRESS_ALLOW: '127.0.0.0/8',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  running.add(child)
  child.once('exit', () => running.delete(child))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      const [, found] = /(?:ready |"url":")([^\s"]+)/.exec(chunk.toString()) ?? []
      if (found) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)))
  })
  return {
    url,
    process: child,
    startedMs: performance.now() - before,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'polyphony-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function call<T>(url: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(url, {
    ...init,
    headers: { 'x-api-key': ADMIN_KEY, 'content-type': 'application/json', ...init.headers },
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`)
  return JSON.parse(text) as T // our own server's answer
}

export function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(0)} %`
}

export const SONG = {
  model: 'suno',
  task_type: 'music',
  input: {
    prompt: '[Verse]\nMove your paws\nLeft and right\nJump around\nFeel the light\n'.repeat(4),
    tags: 'romantic raga',
    title: 'Cat Dance',
    mv: 'chirp-crow',
    make_instrumental: false,
  },
}
