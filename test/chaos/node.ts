import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const PROGRAM = fileURLToPath(new URL('../../bin/polyphony.js', import.meta.url))
const READY_WITHIN_MS = 60_000
const LOOK_EVERY_MS = 100
const PROBE_TIMEOUT_MS = 3_000
/** What a supervisor waits before it starts a process again, and how often it does at most. */
const RESTART_AFTER_MS = 300
const MAX_RESTARTS = 30
/** So often in a row a process ends before it is ready, and no more is expected of it. */
const HOPELESS_EXITS = 5
const KEPT_OUTPUT = 10_000

export interface NodeOptions {
  name: string
  port: number
  env: Record<string, string>
  /** Arguments of Node.js before the program's. */
  nodeArguments?: string[]
  /** A command that runs the process in place of us, such as `unshare`. */
  wrapper?: string[]
  logPath: string
}

export class NotReady extends Error {}

/** One gateway process, `polyphony serve`, under a supervisor that starts it again when it ends by itself. */
export class GatewayNode {
  readonly name: string
  readonly url: string
  /** Ends that no fault of the suite caused, with what the process said last. */
  readonly unexpectedExits: string[] = []
  /** Ordered stops: how long they took, and the exit code. */
  readonly stops: { ms: number; code: number | null }[] = []
  kills = 0
  #options: NodeOptions
  #child: ChildProcess | undefined
  #isExitExpected = true
  #restarting: Promise<void> | undefined
  #isClosed = false
  #log: WriteStream
  #lastWords = ''
  readonly #killAtExit = () => this.#child?.kill('SIGKILL')

  constructor(options: NodeOptions) {
    this.#options = options
    this.name = options.name
    this.url = `http://127.0.0.1:${options.port}`
    this.#log = createWriteStream(options.logPath, { flags: 'a' })
    process.once('exit', this.#killAtExit)
  }

  get pid(): number {
    const pid = this.#child?.pid
    if (pid === undefined) throw new Error(`${this.name} does not run.`)
    return pid
  }

  get isRunning(): boolean {
    return this.#child !== undefined
  }

  /** Starts the process and waits until it is ready. */
  async start(): Promise<void> {
    this.launch()
    await this.ready()
  }

  launch(): void {
    const { env, nodeArguments = [], wrapper = [] } = this.#options
    const [command = '', ...rest] = [...wrapper, process.execPath, ...nodeArguments, PROGRAM, 'serve']
    const child = spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.#isExitExpected = false
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#log.write(chunk)
        this.#lastWords = `${this.#lastWords}${chunk}`.slice(-KEPT_OUTPUT)
      })
    }
    child.once('exit', (code, signal) => {
      if (this.#child === child) this.#child = undefined
      if (this.#isExitExpected || this.#isClosed) return
      this.unexpectedExits.push(`${this.name} ended with ${signal ?? code}: ${firstError(this.#lastWords)}`)
      if (this.unexpectedExits.length < MAX_RESTARTS) this.#restarting = this.#restart()
    })
  }

  async #restart(): Promise<void> {
    await delay(RESTART_AFTER_MS)
    if (!this.#isClosed && !this.#child && !this.#isExitExpected) this.launch()
  }

  /** Resolves when `/readyz` says so. */
  async ready(withinMs = READY_WITHIN_MS): Promise<void> {
    const exitsBefore = this.unexpectedExits.length
    for (const endAt = Date.now() + withinMs; Date.now() < endAt; await delay(LOOK_EVERY_MS)) {
      if (await this.isReady()) return
      if (this.unexpectedExits.length - exitsBefore >= HOPELESS_EXITS) break
    }
    const state = this.isRunning ? `runs and is not ready after ${withinMs} ms` : 'ends at once'
    throw new NotReady(`${this.name} ${state}: ${firstError(this.#lastWords)}`)
  }

  async isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })
      await answer.arrayBuffer()
      return answer.ok
    } catch {
      return false
    }
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.kills += 1
    await this.#end('SIGKILL')
  }

  /** SIGTERM; SIGKILL when the process still runs after `limitMs`. */
  async stop(limitMs: number): Promise<void> {
    const startedAt = performance.now()
    const code = await this.#end('SIGTERM', limitMs)
    this.stops.push({ ms: Math.round(performance.now() - startedAt), code })
  }

  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#restarting
    await this.#end('SIGKILL')
    this.#log.end()
    process.removeListener('exit', this.#killAtExit)
  }

  async #end(signal: NodeJS.Signals, limitMs = READY_WITHIN_MS): Promise<number | null> {
    const child = this.#child
    this.#isExitExpected = true
    if (!child) return null
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
    const code = await ended
    clearTimeout(timer)
    return code
  }
}

/** The line of a process's last output that says what went wrong. */
function firstError(words: string): string {
  const lines = words.split('\n')
  return (lines.find((line) => /^(?:polyphony:|\w*error:)/i.test(line)) ?? lines.at(-2) ?? '').trim().slice(0, 300)
}
