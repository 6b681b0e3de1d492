import { PolyphonyError } from './errors.ts'
import type { Http } from './http.ts'
import { type Completed, isEnded, type Task } from './task.ts'

export interface RunOptions {
  /** The same call again under the same key gives the same task, once paid. Default: one of its own for each call. */
  idempotencyKey?: string
  /** Ends the waiting; the task goes on. `cancel()` ends the task. */
  signal?: AbortSignal
  /** Called with the task whenever its state or progress is another. */
  onProgress?(task: Task): void
  /** The URL that is notified when the task has ended. */
  webhook?: string
}

/** How long one request waits for the end, in seconds: short where somebody watches the progress. */
const WATCHED_SECONDS = 2
const UNWATCHED_SECONDS = 60

/**
 * A task that was submitted: awaited, it is the completed task; iterated, its states until it ends. The submission begins at
 * once, whether it is awaited or not.
 */
export class Run<Output> implements PromiseLike<Completed<Output>>, AsyncIterable<Task<Output>> {
  readonly #http: Http
  readonly #options: RunOptions
  readonly #submitted: Promise<Task<Output>>
  #ended: Promise<Completed<Output>> | undefined

  constructor(http: Http, submit: () => Promise<Task<Output>>, options: RunOptions = {}) {
    this.#http = http
    this.#options = options
    this.#submitted = submit()
    this.#submitted.catch(() => {}) // whoever awaits it sees it; a run that nobody awaits does not end the process
  }

  /** The task as it was accepted: its id, and its price. */
  submitted(): Promise<Task<Output>> {
    return this.#submitted
  }

  /** Ends the task, if it waits or its provider can end it. Throws `not_cancellable`. */
  async cancel(): Promise<Task<Output>> {
    const { id } = await this.#submitted
    return this.#http.json('POST', `/polyphony/v1/tasks/${encodeURIComponent(id)}/cancel`)
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaited, as a promise is.
  then<Done = Completed<Output>, Failed = never>(
    onDone?: ((task: Completed<Output>) => Done | PromiseLike<Done>) | null,
    onFailed?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Done | Failed> {
    this.#ended ??= this.#end()
    return this.#ended.then(onDone, onFailed)
  }

  catch<Failed = never>(
    onFailed?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Completed<Output> | Failed> {
    return this.then(undefined, onFailed)
  }

  finally(onEnd?: (() => void) | null): Promise<Completed<Output>> {
    return this.then().finally(onEnd)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Task<Output>> {
    yield* this.#states(WATCHED_SECONDS)
  }

  async #end(): Promise<Completed<Output>> {
    const { onProgress } = this.#options
    let last: Task<Output> | undefined
    for await (const task of this.#states(onProgress ? WATCHED_SECONDS : UNWATCHED_SECONDS)) {
      last = task
      onProgress?.(task)
    }
    return completed(last)
  }

  /** Each state once, to the end. */
  async *#states(seconds: number): AsyncGenerator<Task<Output>> {
    const { signal } = this.#options
    let task = await this.#submitted
    yield task
    while (!isEnded(task)) {
      const path = `/polyphony/v1/tasks/${encodeURIComponent(task.id)}?wait=${seconds}`
      const next: Task<Output> = await this.#http.json('GET', path, { signal })
      const isNews = next.status !== task.status || next.progress !== task.progress
      task = next
      if (isNews) yield task
    }
  }
}

/** The task, if it is completed. Throws why it is not, with the task. */
export function completed<Output>(task: Task<Output> | undefined): Completed<Output> {
  if (task?.status === 'completed') return task as Completed<Output> // a completed task has its output
  const { code, message } = task?.error ?? { code: 'cancelled', message: `The task ${task?.id} was cancelled.` }
  throw new PolyphonyError(code, message, { task })
}
