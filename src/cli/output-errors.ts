import type { Writable } from 'node:stream'

/** A reader that has read enough, such as `head`, closes the pipe: what was not written is not wanted. */
export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE'
}

const watched = new WeakSet<Writable>()

/**
 * Without a listener, an error of the output ends the process with a stack, or, where `console.log` wrote, is not noticed
 * at all: a new key would be lost on a full disk, and the exit code be 0. Once for a stream, however often it is called.
 */
export function watchOutput(
  report: (message: string) => void,
  [output, errors]: [Writable, Writable] = [process.stdout, process.stderr],
): void {
  if (watched.has(output)) return
  watched.add(output)
  let isReported = false
  output.on('error', (error) => {
    if (isClosedPipe(error) || isReported) return
    isReported = true
    report(`The output could not be written: ${error.message}.`)
  })
  errors.on('error', () => {}) // there is no place left to say it
}
