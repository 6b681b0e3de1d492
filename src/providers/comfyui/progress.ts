import { randomUUID } from 'node:crypto'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { urlOf } from '../kit/vendor-call.ts'
import type { Account } from '../provider.ts'
import { isOperatorOwned, keyOf } from './account.ts'
import type { Graph } from './template.ts'

/**
 * How far ComfyUI is, which it tells over a WebSocket only. One socket for each account: opened with the first work that is
 * sent, closed when all of it has ended. What is heard is only a number: a socket that breaks, or a restart, loses no task.
 */
export interface ProgressListener {
  /** The name under which work is to be sent, so that ComfyUI tells of it here; undefined where nobody listens. */
  clientId(account: Account): string | undefined
  /** From now on the progress of this graph is kept. */
  follow(account: Account, id: string, graph: Graph): void
  /** Percent; undefined where nothing was heard. */
  percentOf(account: Account, id: string): number | undefined
  forget(account: Account, id: string): void
  close(): void
}

/** More than are ever under way at one ComfyUI. */
const MOST_FOLLOWED = 256
/** What counts is the work of samplers: other nodes take a moment. */
const SAMPLER = /sampler(?:advanced)?$/i
/** The end is told by the result, not by a number. */
const MOST_PERCENT = 99

interface Followed {
  /** Nodes whose work counts. */
  nodes: ReadonlySet<string>
  /** Share of each node's work that is done, 0 to 1. */
  done: Map<string, number>
}

interface Line {
  baseUrl: string
  clientId: string
  socket: WebSocket | undefined
  followed: Map<string, Followed>
}

export function openProgressListener(): ProgressListener {
  const lines = new Map<string, Line>()

  function lineOf(account: Account): Line {
    const baseUrl = account.settings.baseUrl ?? ''
    const known = lines.get(account.id)
    if (known?.baseUrl === baseUrl) return known
    known?.socket?.close()
    const line: Line = { baseUrl, clientId: randomUUID(), socket: undefined, followed: new Map() }
    lines.set(account.id, line)
    return line
  }

  return {
    clientId: (account) => (isOperatorOwned(account) ? lineOf(account).clientId : undefined),
    follow(account, id, graph) {
      if (!isOperatorOwned(account)) return
      const line = lineOf(account)
      const [oldest] = line.followed.size >= MOST_FOLLOWED ? line.followed.keys() : []
      if (oldest !== undefined) line.followed.delete(oldest)
      line.followed.set(id, { nodes: countedIn(graph), done: new Map() })
      listen(account, line)
    },
    percentOf(account, id) {
      const line = lines.get(account.id)
      const followed = line?.followed.get(id)
      if (!line || !followed) return undefined
      listen(account, line)
      return percentIn(followed)
    },
    forget(account, id) {
      const line = lines.get(account.id)
      line?.followed.delete(id)
      if (line?.followed.size !== 0) return
      line.socket?.close()
      lines.delete(account.id)
    },
    close() {
      for (const { socket } of lines.values()) socket?.close()
      lines.clear()
    },
  }
}

/** Opens the line's socket unless it is open; one that broke is opened again at the next look. */
function listen(account: Account, line: Line): void {
  if (line.socket && line.socket.readyState <= WebSocket.OPEN) return
  if (!URL.canParse(line.baseUrl)) return // the call that follows says so
  const url = urlOf(account, { path: '/ws', query: { clientId: line.clientId } })
  url.protocol = url.protocol.replace('http', 'ws')
  const socket = new WebSocket(url, { headers: keyOf(account) })
  socket.addEventListener('message', ({ data }) => {
    // Pictures of the work under way come as binary; what cannot be read tells nothing.
    if (typeof data === 'string') hear(line, data)
  })
  // A socket that cannot be opened leaves the tasks without a number, and nothing else.
  socket.addEventListener('error', () => socket.close())
  line.socket = socket
}

function hear(line: Line, text: string): void {
  const message = jsonIn(text)
  if (!isJsonObject(message) || !isJsonObject(message.data)) return
  const { type, data } = message
  const followed = line.followed.get(String(data.prompt_id))
  if (!followed) return
  if (type === 'progress' && typeof data.node === 'string') note(followed, data.node, data)
  if (type !== 'progress_state' || !isJsonObject(data.nodes)) return
  for (const [node, state] of Object.entries(data.nodes)) if (isJsonObject(state)) note(followed, node, state)
}

function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // a message that is none of ComfyUI's
  }
}

function note({ nodes, done }: Followed, node: string, { value, max, state }: JsonObject): void {
  if (!nodes.has(node)) return
  if (state === 'finished') done.set(node, 1)
  else if (typeof value === 'number' && typeof max === 'number' && max > 0) done.set(node, Math.min(1, value / max))
}

function percentIn({ nodes, done }: Followed): number | undefined {
  if (done.size === 0 || nodes.size === 0) return undefined
  const sum = [...done.values()].reduce((total, share) => total + share, 0)
  return Math.min(MOST_PERCENT, Math.floor((100 * sum) / nodes.size))
}

function countedIn(graph: Graph): ReadonlySet<string> {
  const samplers = Object.entries(graph).filter(([, { class_type }]) => SAMPLER.test(class_type))
  const counted = samplers.length > 0 ? samplers : Object.entries(graph)
  return new Set(counted.map(([id]) => id))
}
