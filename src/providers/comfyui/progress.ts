import { randomUUID } from 'node:crypto'
import type { Static } from 'typebox'
import { readIfFits } from '../kit/read-wire.ts'
import { urlOf } from '../kit/vendor-call.ts'
import type { Account } from '../provider.ts'
import { isOperatorOwned, keyOf } from './account.ts'
import type { Graph } from './template.ts'
import { NodeProgress, SocketMessage } from './wire.ts'

/**
 * The progress of prompts, which ComfyUI reports over a WebSocket only. One socket for each account, open while it has work.
 * It carries nothing but a percentage: a broken socket, or a restart, loses no task.
 */
export interface ProgressListener {
  /** The client id to send work with, so that its progress arrives here; undefined if the account gets no socket. */
  clientId(account: Account): string | undefined
  /** Starts to record the progress of this graph. */
  follow(account: Account, id: string, graph: Graph): void
  /** Percent; undefined before the first message. */
  percentOf(account: Account, id: string): number | undefined
  forget(account: Account, id: string): void
  close(): void
}

/** More prompts than ever run at one ComfyUI. */
const MOST_FOLLOWED = 256
/** Only the work of samplers counts: other nodes take a moment. */
const SAMPLER = /sampler(?:advanced)?$/i
/** 100 is reached by the result only. */
const MOST_PERCENT = 99

interface Followed {
  /** Nodes whose work counts. */
  nodes: ReadonlySet<string>
  /** Share of each node's work that is done, 0 to 1. */
  done: Map<string, number>
}

interface Channel {
  baseUrl: string
  clientId: string
  socket: WebSocket | undefined
  followed: Map<string, Followed>
}

export function openProgressListener(): ProgressListener {
  const channels = new Map<string, Channel>()

  function channelOf(account: Account): Channel {
    const baseUrl = account.settings.baseUrl ?? ''
    const known = channels.get(account.id)
    if (known?.baseUrl === baseUrl) return known
    known?.socket?.close()
    const channel: Channel = { baseUrl, clientId: randomUUID(), socket: undefined, followed: new Map() }
    channels.set(account.id, channel)
    return channel
  }

  return {
    clientId: (account) => (isOperatorOwned(account) ? channelOf(account).clientId : undefined),
    follow(account, id, graph) {
      if (!isOperatorOwned(account)) return
      const channel = channelOf(account)
      const [oldest] = channel.followed.size >= MOST_FOLLOWED ? channel.followed.keys() : []
      if (oldest !== undefined) channel.followed.delete(oldest)
      channel.followed.set(id, { nodes: countedIn(graph), done: new Map() })
      listen(account, channel)
    },
    percentOf(account, id) {
      const channel = channels.get(account.id)
      const followed = channel?.followed.get(id)
      if (!channel || !followed) return undefined
      listen(account, channel)
      return percentIn(followed)
    },
    forget(account, id) {
      const channel = channels.get(account.id)
      channel?.followed.delete(id)
      if (channel?.followed.size !== 0) return
      channel.socket?.close()
      channels.delete(account.id)
    },
    close() {
      for (const { socket } of channels.values()) socket?.close()
      channels.clear()
    },
  }
}

/** Opens the channel's socket unless it is open; a broken one is opened again at the next poll. */
function listen(account: Account, channel: Channel): void {
  if (channel.socket && channel.socket.readyState <= WebSocket.OPEN) return
  if (!URL.canParse(channel.baseUrl)) return // the next call reports it
  const url = urlOf(account, { path: '/ws', query: { clientId: channel.clientId } })
  url.protocol = url.protocol.replace('http', 'ws')
  const socket = new WebSocket(url, { headers: keyOf(account) })
  socket.addEventListener('message', ({ data }) => {
    // Previews come as binary messages.
    if (typeof data === 'string') readMessage(channel, data)
  })
  // Without a socket the tasks have no percentage, and lose nothing else.
  socket.addEventListener('error', () => socket.close())
  channel.socket = socket
}

function readMessage(channel: Channel, text: string): void {
  const message = readIfFits(SocketMessage, jsonIn(text))
  const followed = message && channel.followed.get(message.data.prompt_id)
  if (!followed) return
  const { type, data } = message
  if (type === 'progress' && data.node !== undefined) note(followed, data.node, data)
  if (type !== 'progress_state') return
  for (const [node, state] of Object.entries(data.nodes ?? {})) {
    note(followed, node, readIfFits(NodeProgress, state) ?? {})
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // not a message of ComfyUI
  }
}

function note({ nodes, done }: Followed, node: string, { value, max = 0, state }: Static<typeof NodeProgress>): void {
  if (!nodes.has(node)) return
  if (state === 'finished') done.set(node, 1)
  else if (value !== undefined && max > 0) done.set(node, Math.min(1, value / max))
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
