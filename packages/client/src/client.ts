import { type Http, type HttpOptions, openHttp } from './http.ts'
import type { Models } from './operations.ts'
import { Run, type RunOptions } from './run.ts'
import type { InputOf, OperationId, OutputOf, Status, Task } from './task.ts'

/** A call for each operation: `client.suno.music({ … })`, `client['Qubico/flux1-dev'].txt2img({ … })`. */
export type ModelCalls = {
  readonly [Model in keyof Models]: {
    readonly [TaskType in keyof Models[Model]]: Models[Model][TaskType] extends OperationId
      ? (input: InputOf<Models[Model][TaskType]>, options?: RunOptions) => Run<OutputOf<Models[Model][TaskType]>>
      : never
  }
}

export interface Quote {
  price_points: number
  available_points: number
  is_affordable: boolean
}

export interface OperationInfo {
  id: string
  model: string
  task_type: string
  title: string
  produces: string
  price_points: number
  timeout_seconds: number
  input_schema: Record<string, unknown>
  output_schema: Record<string, unknown>
  example: Record<string, unknown>
  available: boolean
}

export interface TaskQuery {
  limit?: number
  cursor?: string
  status?: Status
  operation?: OperationId
  model?: string
  kind?: string
  search?: string
}

export interface UploadedFile {
  url: string
  media_type: string
  size_bytes: number
  expires_at: number
}

export interface OwnCalls {
  /** Submits an operation by its id. */
  run<Id extends OperationId>(operation: Id, input: InputOf<Id>, options?: RunOptions): Run<OutputOf<Id>>
  /** Checks an input and reads its price; nothing is stored or held. */
  quote<Id extends OperationId>(operation: Id, input: InputOf<Id>): Promise<Quote>
  /** What the key can have now; with `all` also what no provider performs. */
  operations(options?: { all?: boolean }): Promise<OperationInfo[]>
  tasks: {
    get(id: string): Promise<Task>
    /** Newest first. */
    list(query?: TaskQuery): Promise<{ tasks: Task[]; next_cursor: string | null }>
    cancel(id: string): Promise<Task>
    /** Follows a task that was submitted before, in this program or another. */
    follow<Output = unknown>(id: string, options?: Pick<RunOptions, 'signal' | 'onProgress'>): Run<Output>
  }
  /** Uploads a file, for an input to name by its URL. It costs nothing, and is kept for some hours. */
  upload(file: Blob, name?: string): Promise<UploadedFile>
  /** A file of an output: its bytes by `arrayBuffer()`, `blob()` or as the stream `body`. */
  download(url: string, options?: { signal?: AbortSignal }): Promise<Response>
}

export type Client = OwnCalls & ModelCalls

/** A client of one gateway with one key. Works where there is `fetch`: browsers, Node, Deno, Bun. */
export function createClient(options: HttpOptions): Client {
  const own = ownCalls(openHttp(options))
  const models = new Map<PropertyKey, object>()
  return new Proxy(own, {
    get(target, name, receiver) {
      // A client is no promise, though `await` looks whether it is one.
      if (typeof name === 'symbol' || name in target || name === 'then') return Reflect.get(target, name, receiver)
      const known = models.get(name) ?? callsOf(name, own)
      models.set(name, known)
      return known
    },
  }) as Client // every other name is a model's
}

function callsOf(model: string, { run }: OwnCalls): object {
  return new Proxy(
    {},
    {
      get(_target, taskType) {
        if (typeof taskType === 'symbol' || taskType === 'then') return undefined
        const id = `${model}/${taskType}` as OperationId // the gateway answers one that it does not know
        return (input: InputOf<OperationId>, options?: RunOptions) => run(id, input, options)
      },
    },
  )
}

function ownCalls(http: Http): OwnCalls {
  const taskPath = (id: string) => `/polyphony/v1/tasks/${encodeURIComponent(id)}`
  return {
    run(operation, input, options = {}) {
      const { idempotencyKey = crypto.randomUUID(), webhook, signal } = options
      const body = { operation, input, ...(webhook === undefined ? {} : { webhook }) }
      const headers = { 'idempotency-key': idempotencyKey }
      return new Run(http, () => http.json('POST', '/polyphony/v1/tasks', { body, headers, signal }), options)
    },
    quote: (operation, input) => http.json('POST', '/polyphony/v1/quote', { body: { operation, input } }),
    async operations({ all = false } = {}) {
      const { operations } = await http.json<{ operations: OperationInfo[] }>(
        'GET',
        `/polyphony/v1/operations?all=${all}`,
      )
      return operations
    },
    tasks: {
      get: (id) => http.json('GET', taskPath(id)),
      list: (query = {}) => http.json('GET', `/polyphony/v1/tasks${queryOf(query)}`),
      cancel: (id) => http.json('POST', `${taskPath(id)}/cancel`),
      follow: (id, options = {}) =>
        new Run(http, () => http.json('GET', taskPath(id), { signal: options.signal }), options),
    },
    upload(file, name = 'file') {
      const form = new FormData()
      form.append('file', file, name)
      return http.json('POST', '/polyphony/v1/files', { form })
    },
    download: (url, { signal } = {}) => http.open(url, signal),
  }
}

function queryOf(query: TaskQuery): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()
  return text === '' ? '' : `?${text}`
}
