import { AbortedTransactionError, type CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely'
import type pg from 'pg'
import { storableText } from '../storable.ts'
import { isLost, NoAnswer, OutcomeUnknown } from './errors.ts'
import type { Limits } from './limits.ts'
import { beginWith } from './session.ts'
import { timeLimit } from './time-limit.ts'

export interface Statement {
  text: string
  values?: readonly unknown[]
  /** The name under which a connection prepares it once; one name always has the same text. */
  name?: string
}

/** One connection. Every statement has a time limit, after which the connection is destroyed, so that nothing waits for ever. */
export class Connection implements DatabaseConnection {
  /** When the server answered last, by `performance.now()`. */
  lastAnswerAt = performance.now()
  /** No longer usable; the pool must not hand it out. */
  isBroken = false
  readonly #client: pg.ClientBase
  readonly #limits: Limits
  #endTransactionLimit = (): void => {}

  constructor(client: pg.ClientBase, limits: Limits) {
    this.#client = client
    this.#limits = limits
  }

  /** Rejects with NoAnswer after `answerMs`; it is then unknown whether the server executed the statement. */
  async query<Row extends pg.QueryResultRow>(
    { text, values, name }: Statement,
    answerMs: number = this.#limits.answerMs,
  ): Promise<pg.QueryResult<Row>> {
    const endLimit = this.#limit(answerMs, 'a statement')
    try {
      const config = { text, ...(values && { values: values.map(storable) }), ...(name !== undefined && { name }) }
      const result = await this.#client.query<Row>(config)
      this.lastAnswerAt = performance.now()
      return result
    } catch (error) {
      if (isLost(error)) this.isBroken = true
      else this.lastAnswerAt = performance.now()
      throw error
    } finally {
      endLimit()
    }
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { command, rowCount, rows } = await this.query({ text: sql, values: parameters })
    const isChange = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE'
    // The rows are what the query builder says they are.
    return { ...(isChange && { numAffectedRows: BigInt(rowCount ?? 0) }), rows: (rows ?? []) as R[] }
  }

  // biome-ignore lint/correctness/useYield: the interface requires it; no query here reads a stream.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Streams are not supported.')
  }

  async begin(): Promise<void> {
    this.#endTransactionLimit = this.#limit(this.#limits.transactionMs, 'a transaction')
    try {
      await this.query({ text: beginWith(this.#limits) })
    } catch (error) {
      this.#endTransactionLimit()
      throw error
    }
  }

  /** Rejects with OutcomeUnknown when the connection breaks: the answer may have been on its way. */
  async commit(): Promise<void> {
    try {
      const { command } = await this.query({ text: 'commit' })
      if (command === 'ROLLBACK') throw new AbortedTransactionError()
    } catch (error) {
      // A server that shuts down may end a session whose commit is on disk already, so its message decides nothing.
      throw isLost(error) ? new OutcomeUnknown('The answer to COMMIT was lost.', { cause: error }) : error
    } finally {
      this.#endTransactionLimit()
    }
  }

  /** Never rejects: a connection on which it fails is not used again, and the server rolls back by itself. */
  async rollback(): Promise<void> {
    try {
      if (!this.isBroken) await this.query({ text: 'rollback' })
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    } finally {
      this.#endTransactionLimit()
    }
  }

  /** Closes the socket at once; statements under way reject with `error`. */
  destroy(error: Error): void {
    this.isBroken = true
    this.#endTransactionLimit()
    streamOf(this.#client).destroy(error)
  }

  #limit(ms: number, what: string): () => void {
    return timeLimit(ms, () => this.destroy(new NoAnswer(`The database did not answer ${what} within ${ms} ms.`)))
  }
}

/** PostgreSQL refuses NUL in a text, and vendors send it; halves of surrogate pairs are replaced as the text is written as UTF-8. */
function storable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? storableText(value) : value
}

/** pg has no public way to close a connection on which a statement is under way; `end` would wait for its answer. */
function streamOf(client: pg.ClientBase): { destroy(error?: Error): void } {
  return (client as unknown as { connection: pg.Connection }).connection.stream
}
