import { type ChildProcess, spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { Readable, Writable } from 'node:stream'

/** How a process ended, and the last that it wrote to its standard error. */
export interface Ended {
  /** null: it was killed, or did not begin. */
  code: number | null
  said: string
}

export interface Child {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Never rejects. */
  readonly ended: Promise<Ended>
  /** Ends it, and what it has started. Harmless when repeated. */
  kill(): void
}

/** Of what it writes to standard error, the end is kept. */
const SAID_BYTES = 4_096
/** What a program needs to find its libraries; nothing else of our environment, which has secrets, is passed on. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot', 'windir', 'TEMP']

/** Starts a program without a shell, with a low priority, in a group of processes of its own so that `kill` ends all of it. */
export function startChild(path: string, args: readonly string[], { folder }: { folder: string }): Child {
  const isGroup = process.platform !== 'win32'
  const child = spawn(path, args, {
    cwd: folder,
    detached: isGroup,
    windowsHide: true,
    env: Object.fromEntries(PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const failed = new Promise<Ended>((resolve) => {
    // At once, and for good: without anybody who listens, an error would end this process.
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ code: null, said: `it could not be started: ${error.code ?? error.message}` }),
    )
  })
  // There are none where this process has no file descriptors left, whatever the types say.
  if (!(child.stdin as Writable | undefined)) return notBegun(failed)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-SAID_BYTES)
  })
  // A process that ends early breaks the pipe; `ended` says so.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined)
  const closed = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, said })))
  const ended = Promise.race([failed, closed])
  beNice(child)
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    ended,
    kill() {
      killAll(child, isGroup)
      // What nobody reads any more would keep the streams, and so `ended`, open.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy()
    },
  }
}

/** Takes and gives nothing. */
function notBegun(ended: Promise<Ended>): Child {
  const stdin = new Writable({ write: (_chunk, _encoding, taken) => taken() })
  return { stdin, stdout: Readable.from([]), ended, kill: () => undefined }
}

function beNice({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It has ended already.
  }
}

function killAll(child: ChildProcess, isGroup: boolean): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    if (isGroup) process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  } catch {
    // It has ended in this moment.
  }
}
