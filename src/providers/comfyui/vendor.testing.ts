import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  type FakeAnswer,
  type FakeVendor,
  openFakeVendor,
  type SeenRequest,
} from '../../../test/support/fake-vendor.ts'
import { sampleFiles } from '../../assets/sample-files.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/** The key of a proxy before it; ComfyUI itself asks for none. */
export const KEY = 'a key of the test'

/** ComfyUI as its routes answer; the second look finds a prompt running, the third one finds it done. */
export interface FakeComfyui {
  url: string
  vendor: FakeVendor
  /** Whether it has `/api/jobs`, as newer servers do. */
  hasJobs: boolean
  /** The graphs that it was sent. */
  graphs: Record<string, { class_type: string; inputs: JsonObject }>[]
  /** Sockets that listen now, by client id. */
  listeners(): string[]
  /** Says something over the sockets of a client. */
  tell(clientId: string, message: Json | Buffer): void
  /** Breaks every socket. */
  hangUp(): void
  close(): Promise<void>
}

interface Work {
  id: string
  looks: number
  graph: Record<string, { class_type: string; inputs: JsonObject }>
  isInterrupted?: boolean
}

export async function openComfyui(): Promise<FakeComfyui> {
  const works = new Map<string, Work>()
  const uploads = new Set<string>()
  const sockets = new Map<Duplex, string>()

  const vendor = await openFakeVendor(async (seen) => {
    if (seen.headers.authorization !== `Bearer ${KEY}`) return { status: 401, json: { detail: 'No entry' } }
    const { method, json } = seen
    const path = seen.path.replace(/^\/gpu/, '')
    const body = isJsonObject(json) ? json : {}
    const [, id = ''] = /^\/(?:history|api\/jobs)\/(.+)$/.exec(path) ?? []
    if (path === '/system_stats') return { json: { system: { comfyui_version: '0.3.64' }, devices: [] } }
    if (path === '/upload/image') return keep(seen)
    if (path === '/view') return view(seen)
    if (method === 'POST' && path === '/prompt') return take(body)
    if (method === 'POST' && path === '/queue') return remove(body)
    if (method === 'POST' && path === '/interrupt') return interrupt(body)
    if (path === '/queue') return { json: queue() }
    if (path.startsWith('/api/jobs/') && comfyui.hasJobs) return jobOf(id)
    if (path.startsWith('/history/')) return { json: historyOf(id) }
    return { status: 404, bytes: Buffer.from('404: Not Found'), type: 'text/plain' }
  })

  async function keep({ form }: SeenRequest): Promise<FakeAnswer> {
    const fields = await form()
    const image = fields.get('image')
    if (!(image instanceof File)) return { status: 400, bytes: new Uint8Array(), type: 'text/plain' }
    const subfolder = String(fields.get('subfolder') ?? '')
    uploads.add(subfolder === '' ? image.name : `${subfolder}/${image.name}`)
    return { json: { name: image.name, subfolder, type: 'input' } }
  }

  function take({ prompt, prompt_id }: JsonObject): FakeAnswer {
    const id = String(prompt_id)
    if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
      return {
        status: 400,
        json: { error: { type: 'invalid_prompt_id', message: 'Bad id', details: id }, node_errors: {} },
      }
    }
    const graph = prompt as unknown as Work['graph'] // what the adapter sent
    const missing = Object.entries(graph).filter(([, node]) => isAbsentFile(node) || hasLooseEnd(node, graph))
    if (missing.length > 0) {
      const errors = missing.map(([node, { class_type }]) => [
        node,
        {
          class_type,
          dependent_outputs: [],
          errors: [
            {
              type: 'custom_validation_failed',
              message: 'Custom validation failed for node',
              details: `Invalid file of ${node}`,
            },
          ],
        },
      ])
      return {
        status: 400,
        json: {
          error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation', details: '' },
          node_errors: Object.fromEntries(errors),
        },
      }
    }
    works.set(id, { id, looks: 0, graph })
    comfyui.graphs.push(graph)
    return { json: { prompt_id: id, number: works.size, node_errors: {} } }
  }

  function isAbsentFile({ class_type, inputs }: Work['graph'][string]): boolean {
    const file = {
      LoadImage: inputs.image,
      LoadAudio: inputs.audio,
      LoadVideo: inputs.file,
      VHS_LoadVideo: inputs.video,
    }[class_type]
    return file !== undefined && !uploads.has(String(file))
  }

  /** A link to nothing, or a word of the template that was not replaced. */
  function hasLooseEnd({ inputs }: Work['graph'][string], graph: Work['graph']): boolean {
    return Object.values(inputs).some((value) =>
      Array.isArray(value) ? !(String(value[0]) in graph) : String(value).includes('{task}'),
    )
  }

  function remove({ delete: ids }: JsonObject): FakeAnswer {
    for (const id of Array.isArray(ids) ? ids : []) if (works.get(String(id))?.looks === 0) works.delete(String(id))
    return { bytes: new Uint8Array(), type: 'text/plain' }
  }

  function interrupt({ prompt_id }: JsonObject): FakeAnswer {
    const work = works.get(String(prompt_id))
    if (work) Object.assign(work, { isInterrupted: true, looks: 9 })
    return { bytes: new Uint8Array(), type: 'text/plain' }
  }

  /** One look at the queue makes every prompt in it a step older. */
  function queue(): JsonObject {
    const all = [...works.values()]
    const entries = (list: Work[]) => list.map(({ id, graph }) => [1, id, graph as unknown as Json, {}, []])
    const pending = entries(all.filter(({ looks }) => looks === 0))
    const running = entries(all.filter(({ looks }) => looks === 1))
    for (const work of all) work.looks++
    return { queue_running: running, queue_pending: pending }
  }

  function historyOf(id: string): JsonObject {
    const work = works.get(id)
    if (!work || work.looks < 2) return {}
    return { [id]: { prompt: [1, id, {}, {}, []], outputs: outputsOf(work), status: statusOf(work), meta: {} } }
  }

  function jobOf(id: string): FakeAnswer {
    const work = works.get(id)
    if (!work) return { status: 404, json: { error: 'Job not found' } }
    work.looks++
    if (work.looks < 3) return { json: { id, status: work.looks === 1 ? 'pending' : 'in_progress' } }
    const status = work.isInterrupted ? 'cancelled' : 'completed'
    return { json: { id, status, outputs: outputsOf(work), execution_status: statusOf(work), workflow: {} } }
  }

  function statusOf({ id, isInterrupted }: Work): JsonObject {
    const event = isInterrupted ? 'execution_interrupted' : 'execution_success'
    const messages = [
      ['execution_start', { prompt_id: id }],
      [event, { prompt_id: id }],
    ]
    return { status_str: isInterrupted ? 'error' : 'success', completed: !isInterrupted, messages }
  }

  async function view({ query }: SeenRequest): Promise<FakeAnswer> {
    const filename = query.get('filename') ?? ''
    if (filename.startsWith('/') || filename.includes('..'))
      return { status: 400, bytes: new Uint8Array(), type: 'text/plain' }
    const type = TYPES[filename.split('.').at(-1) ?? '']
    const bytes = await sampleFiles[type ?? '']?.()
    return bytes && type ? { bytes, type } : { status: 404, bytes: new Uint8Array(), type: 'text/plain' }
  }

  const server = createServer((incoming, outgoing) => {
    const forwarded = request(
      `${vendor.url}${incoming.url}`,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(outgoing)
      },
    )
    forwarded.on('error', () => incoming.socket.destroy())
    incoming.pipe(forwarded)
  })
  server.on('upgrade', (incoming, socket) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://comfyui')
    if (!pathname.endsWith('/ws') || incoming.headers.authorization !== `Bearer ${KEY}`) {
      socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      return
    }
    welcome(incoming, socket)
    sockets.set(socket, searchParams.get('clientId') ?? '')
    const gone = () => {
      sockets.delete(socket)
      socket.destroy()
    }
    // A client says nothing but that it goes; whatever it sends, it is answered by going, too.
    socket.on('data', gone).on('close', gone).on('error', gone)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))

  const comfyui: FakeComfyui = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    vendor,
    hasJobs: true,
    graphs: [],
    listeners: () => [...sockets.values()],
    tell(clientId, message) {
      for (const [socket, id] of sockets) if (id === clientId) socket.write(frameOf(message))
    },
    hangUp() {
      for (const socket of sockets.keys()) socket.destroy()
    },
    async close() {
      for (const socket of sockets.keys()) socket.destroy()
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      await vendor.close()
    },
  }
  return comfyui
}

const TYPES: Record<string, string> = {
  png: 'image/png',
  mp4: 'video/mp4',
  mp3: 'audio/mpeg',
  glb: 'model/gltf-binary',
}

/** What the nodes that end a workflow tell of. */
function outputsOf({ id, graph }: Work): JsonObject {
  const told = Object.entries(graph).flatMap(([node, { class_type, inputs }]): [string, Json][] => {
    const [subfolder = '', name = ''] = String(inputs.filename_prefix ?? '').split('/')
    const file = (extension: string, number = 1) => ({
      filename: `${name}_0000${number}_.${extension}`,
      subfolder,
      type: 'output',
    })
    switch (class_type) {
      case 'SaveImage':
        return [[node, { images: Array.from({ length: countIn(graph) }, (_, index) => file('png', index + 1)) }]]
      case 'SaveVideo':
        return [[node, { images: [file('mp4')], animated: [true] }]]
      case 'SaveAudioMP3':
        return [[node, { audio: [file('mp3')] }]]
      case 'PreviewAny':
        return [[node, { text: [graph.caption ? 'A harbour in the morning.' : `/srv/ComfyUI/output/${id}.glb`] }]]
      case 'LoadImage':
        return [[node, {}]]
      default:
        return []
    }
  })
  return Object.fromEntries(told)
}

function countIn(graph: Work['graph']): number {
  const size = graph.latent?.inputs.batch_size
  return typeof size === 'number' ? size : 1
}

/** The other half of a WebSocket's handshake (RFC 6455, 4.2.2). */
function welcome({ headers }: IncomingMessage, socket: Duplex): void {
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
  socket.write([...lines, `Sec-WebSocket-Accept: ${accept.digest('base64')}`, '', ''].join('\r\n'))
}

/** A whole message in one frame: text, or binary for bytes. */
function frameOf(message: Json | Buffer): Buffer {
  const payload = Buffer.isBuffer(message) ? message : Buffer.from(JSON.stringify(message))
  const opcode = Buffer.isBuffer(message) ? 0x82 : 0x81
  const short = payload.length < 126
  const header = Buffer.alloc(short ? 2 : 4)
  header.writeUInt8(opcode, 0)
  header.writeUInt8(short ? payload.length : 126, 1)
  if (!short) header.writeUInt16BE(payload.length, 2)
  return Buffer.concat([header, payload])
}
