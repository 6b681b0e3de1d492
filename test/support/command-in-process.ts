import { Readable } from 'node:stream'
import { run } from '../../src/cli/program.ts'
import type { Outcome } from './command.ts'

/**
 * Runs `polyphony …` in this process, with nothing but these variables, and this as its input: a hundred processes would
 * take minutes. One at a time, since it takes the input, the output and the environment of the whole process.
 */
export async function polyphonyHere(args: string[], env: Record<string, string>, input = ''): Promise<Outcome> {
  const before = { env: process.env, exitCode: process.exitCode, log: console.log, error: console.error }
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')
  const { write: writeOut } = process.stdout
  const { write: writeError } = process.stderr
  const [stdout, stderr]: [string[], string[]] = [[], []]
  process.env = { PATH: before.env.PATH, HOME: before.env.HOME, ...env }
  process.exitCode = 0
  console.log = (text: unknown) => void stdout.push(`${text}\n`)
  console.error = (text: unknown) => void stderr.push(`${text}\n`)
  process.stdout.write = writeTo(stdout)
  process.stderr.write = writeTo(stderr)
  Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from([Buffer.from(input)]) })
  try {
    await run(['node', 'polyphony', ...args])
    return { code: Number(process.exitCode), stdout: stdout.join(''), stderr: stderr.join('') }
  } finally {
    if (stdin) Object.defineProperty(process, 'stdin', stdin)
    process.stdout.write = writeOut
    process.stderr.write = writeError
    process.env = before.env
    process.exitCode = before.exitCode
    console.log = before.log
    console.error = before.error
  }
}

function writeTo(parts: string[]): typeof process.stdout.write {
  return (text: string | Uint8Array, ...rest: unknown[]) => {
    parts.push(typeof text === 'string' ? text : Buffer.from(text).toString())
    const written = rest.at(-1)
    if (typeof written === 'function') written()
    return true
  }
}
