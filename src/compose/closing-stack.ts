/**
 * What was opened, in the order of opening; disposing of it closes everything, the last first. As the standard's
 * `AsyncDisposableStack`, which Node.js 22 does not have.
 */
export class ClosingStack implements AsyncDisposable {
  #closers: (() => void | Promise<void>)[] = []

  defer(close: () => void | Promise<void>): void {
    this.#closers.push(close)
  }

  /** Hands everything to a new stack: this one then closes nothing. */
  move(): ClosingStack {
    const moved = new ClosingStack()
    moved.#closers = this.#closers
    this.#closers = []
    return moved
  }

  /** Closes everything, also what comes after an error, and throws the errors at the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = []
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) {
      try {
        await close()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length === 1) throw errors[0]
    if (errors.length > 1)
      throw new AggregateError(errors, `${errors.length} parts did not close: ${errors.join('; ')}`)
  }
}
