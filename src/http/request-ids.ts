import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export const REQUEST_ID = 'x-request-id'

const VISIBLE = /^[\x21-\x7e]{1,128}$/

/** The caller's own id of the request, if it is one that a log and a header can hold; a new one otherwise. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[REQUEST_ID]
  return typeof given === 'string' && VISIBLE.test(given) ? given : randomUUID()
}

/** Puts the id of the request on every answer. Call it before any other hook is added: one that throws is answered too. */
export function addRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    sendRequestId(request, reply)
    done()
  })
}

export function sendRequestId(request: FastifyRequest, reply: FastifyReply): void {
  reply.header(REQUEST_ID, request.id)
}

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'

/**
 * The logger of one request, which adds its id to every line. The real one is made with the first line: most requests log
 * nothing here, and a child logger for each would cost as much as reading a task.
 */
export function requestLog(log: FastifyBaseLogger, requestId: string): FastifyBaseLogger {
  return new RequestLog(log, requestId) as unknown as FastifyBaseLogger // the methods are those of its prototype
}

class RequestLog {
  readonly #log: FastifyBaseLogger
  readonly #requestId: string
  #child: FastifyBaseLogger | undefined

  constructor(log: FastifyBaseLogger, requestId: string) {
    this.#log = log
    this.#requestId = requestId
  }

  get level(): string {
    return this.#log.level
  }

  child(...args: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#own().child(...args)
  }

  fatal(...line: unknown[]): void {
    this.#write('fatal', line)
  }

  error(...line: unknown[]): void {
    this.#write('error', line)
  }

  warn(...line: unknown[]): void {
    this.#write('warn', line)
  }

  info(...line: unknown[]): void {
    this.#write('info', line)
  }

  debug(...line: unknown[]): void {
    this.#write('debug', line)
  }

  trace(...line: unknown[]): void {
    this.#write('trace', line)
  }

  silent(): void {}

  #write(level: Level, line: unknown[]): void {
    const write = this.#own()[level] as (...line: unknown[]) => void
    write.apply(this.#child, line)
  }

  #own(): FastifyBaseLogger {
    this.#child ??= this.#log.child({ requestId: this.#requestId })
    return this.#child
  }
}
