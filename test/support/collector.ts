import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

export interface CollectedSpan {
  traceId: string
  spanId: string
  /** Empty for the first span of a trace. */
  parentId: string
  name: string
  /** 1 internal, 2 server, 3 client. */
  kind: number
  startMs: number
  endMs: number
  attributes: Record<string, string | number>
  /** 2 = error. */
  status: number
  service: string
}

/** A collector of traces on loopback, which understands OTLP over HTTP as far as it is sent here. */
export interface Collector extends AsyncDisposable {
  url: string
  spans: CollectedSpan[]
  headers: IncomingHttpHeaders[]
  paths: string[]
}

export async function openCollector(): Promise<Collector> {
  const collector: Omit<Collector, 'url'> = {
    spans: [],
    headers: [],
    paths: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      collector.headers.push(request.headers)
      collector.paths.push(request.url ?? '')
      collector.spans.push(...spansIn(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body))
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return Object.assign(collector, { url: `http://127.0.0.1:${port}` })
}

/** https://github.com/open-telemetry/opentelemetry-proto: ExportTraceServiceRequest, and what is in it, by field numbers. */
function spansIn(body: Buffer): CollectedSpan[] {
  return many(fieldsIn(body), 1).flatMap((resourceSpans) => {
    const parts = fieldsIn(resourceSpans)
    const resource = attributesIn(many(fieldsIn(one(parts, 1)), 1))
    const spans = many(parts, 2).flatMap((scopeSpans) => many(fieldsIn(scopeSpans), 2))
    return spans.map((span) => spanIn(span, String(resource['service.name'])))
  })
}

function spanIn(bytes: Buffer, service: string): CollectedSpan {
  const fields = fieldsIn(bytes)
  return {
    traceId: one(fields, 1).toString('hex'),
    spanId: one(fields, 2).toString('hex'),
    parentId: one(fields, 4).toString('hex'),
    name: one(fields, 5).toString(),
    kind: numberIn(fields, 6),
    startMs: one(fields, 7).length === 8 ? Number(one(fields, 7).readBigUInt64LE() / 1_000_000n) : 0,
    endMs: one(fields, 8).length === 8 ? Number(one(fields, 8).readBigUInt64LE() / 1_000_000n) : 0,
    attributes: attributesIn(many(fields, 9)),
    status: numberIn(fieldsIn(one(fields, 15)), 3),
    service,
  }
}

function attributesIn(pairs: Buffer[]): Record<string, string | number> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const fields = fieldsIn(pair)
      const value = fieldsIn(one(fields, 2))
      return [one(fields, 1).toString(), value.has(1) ? one(value, 1).toString() : numberIn(value, 3)]
    }),
  )
}

type Fields = Map<number, (Buffer | number)[]>

function fieldsIn(bytes: Buffer): Fields {
  const fields: Fields = new Map()
  let at = 0
  const varint = (): number => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number(value)
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const type = tag & 7
    let value: Buffer | number
    if (type === 0) value = varint()
    else {
      const length = type === 2 ? varint() : type === 1 ? 8 : 4
      value = bytes.subarray(at, at + length)
      at += length
    }
    fields.set(tag >>> 3, [...(fields.get(tag >>> 3) ?? []), value])
  }
  return fields
}

function many(fields: Fields, number: number): Buffer[] {
  return (fields.get(number) ?? []).filter((value): value is Buffer => value instanceof Buffer)
}

function one(fields: Fields, number: number): Buffer {
  return many(fields, number)[0] ?? Buffer.alloc(0)
}

function numberIn(fields: Fields, number: number): number {
  return Number(fields.get(number)?.[0] ?? 0)
}
