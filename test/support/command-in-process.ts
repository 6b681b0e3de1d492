import { run } from '../../src/cli/program.ts'
import type { Outcome } from './command.ts'

/**
 * Runs `polyphony …` in this process, with nothing but these variables: a hundred processes would take minutes. One at a time,
 * since it takes the output and the environment of the whole process.
 */
export async function polyphonyHere(args: string[], env: Record<string, string>): Promise<Outcome> {
  const before = { env: process.env, exitCode: process.exitCode, log: console.log, error: console.error }
  const [stdout, stderr]: [string[], string[]] = [[], []]
  process.env = { PATH: before.env.PATH, HOME: before.env.HOME, ...env }
  process.exitCode = 0
  console.log = (text: unknown) => void stdout.push(`${text}\n`)
  console.error = (text: unknown) => void stderr.push(`${text}\n`)
  try {
    await run(['node', 'polyphony', ...args])
    return { code: Number(process.exitCode), stdout: stdout.join(''), stderr: stderr.join('') }
  } finally {
    process.env = before.env
    process.exitCode = before.exitCode
    console.log = before.log
    console.error = before.error
  }
}
