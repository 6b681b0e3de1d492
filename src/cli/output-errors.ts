import type { Writable } from 'node:stream'

const watched = new WeakSet<Writable>()
/** What watched outputs have failed with because their readers were gone. */
const ofClosedOutputs = new WeakSet<object>()

/**
 * Whether the error is that of a watched output whose reader has read enough, such as `head`, and has closed the pipe: what was
 * not written is not wanted. A database or a server that closes its connection fails with the same code, and is none.
 */
export function isOfClosedOutput(error: unknown): boolean {
  return typeof error === 'object' && error !== null && ofClosedOutputs.has(error)
}

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
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') ofClosedOutputs.add(error)
    if (error.code === 'EPIPE' || isReported) return
    isReported = true
    report(`The output could not be written: ${error.message}.`)
  })
  errors.on('error', () => {}) // there is no place left to say it
}
