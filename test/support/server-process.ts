import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../bin/polyphony.js', import.meta.url))
const READY_MS = 20_000

/** `polyphony serve` as an operator starts it, in a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  url: string
  /** Everything that it has written so far. */
  output(): { stdout: string; stderr: string }
  /** Waits until it has written something that matches. */
  written(expected: RegExp): Promise<RegExpExecArray>
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGUSR2'): void
  ended: Promise<number | null>
  /** Ends it in order; resolves with its exit code. */
  stop(): Promise<number | null>
}

export interface ServeOptions {
  env: Record<string, string>
  args?: string[]
  /** Options of Node.js itself. */
  nodeArgs?: string[]
  cwd?: string
}

/** Resolves when it serves; rejects with its output when it ends before. */
export async function serve({ env, args = ['serve'], nodeArgs = [], cwd }: ServeOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...nodeArgs, PROGRAM, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  })
  const output = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  const collect = (name: 'stdout' | 'stderr') => (chunk: Buffer) => {
    output[name] += chunk.toString()
    for (const watch of watchers) watch()
  }
  child.stdout.on('data', collect('stdout'))
  child.stderr.on('data', collect('stderr'))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))

  const written = (expected: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why} before ${expected}:\n${output.stdout}${output.stderr}`))
      const timer = setTimeout(() => fail('no output'), READY_MS)
      const look = () => {
        const found = expected.exec(output.stdout) ?? expected.exec(output.stderr)
        if (!found) return
        clearTimeout(timer)
        watchers.delete(look)
        resolve(found)
      }
      watchers.add(look)
      look()
      void ended.then(() => fail('it ended'))
    })
  const server = processOf(child, ended)
  const [line] = await written(/^\{.*"polyphony serves".*\}$/m)
  return { ...server, url: JSON.parse(line).url, output: () => output, written }
}

function processOf(child: ChildProcess, ended: Promise<number | null>) {
  const signal: ServerProcess['signal'] = (name) => void child.kill(name)
  const stop = () => {
    signal('SIGTERM')
    return ended
  }
  return { signal, ended, stop, [Symbol.asyncDispose]: async () => void (await stop()) }
}
