import { Webhook } from 'standardwebhooks'
import { MARKER, type Order, stateOf } from './order.ts'
import type { Protocol } from './protocol.ts'

export const REPLICATE_SECRET = `whsec_${Buffer.from('a secret of the far side').toString('base64')}`

/** Replicate: takes no key, lists its newest predictions with the addresses that they call. */
export const replicate: Protocol = {
  name: 'replicate',
  isIdempotent: false,

  read({ method, path, body }) {
    if (path === '/account') return { kind: 'probe' }
    if (method === 'GET' && path === '/predictions') return { kind: 'list' }
    const [, id, cancel] = /^\/predictions\/([^/]+)(\/cancel)?$/.exec(path) ?? []
    if (id !== undefined) return { kind: cancel ? 'cancel' : 'look', id }
    if (method !== 'POST' || !path.endsWith('/predictions')) return undefined
    const [marker = 'chaos-unknown'] = MARKER.exec(JSON.stringify(body.input)) ?? []
    const callback = typeof body.webhook === 'string' ? { url: body.webhook, headers: signed } : undefined
    return { kind: 'order', marker, key: undefined, callback }
  },
  created: (order) => ({ ...predictionOf(order, ''), status: 'starting', output: null }),
  shown: predictionOf,
  list: (results) => ({ results, next: null, previous: null }),
  unknown: () => ({ detail: 'The requested resource could not be found.', status: 404 }),
  notCancellable: (order) => ({ status: 200, body: predictionOf(order, '') }),
  announced: predictionOf,
}

const STATUS = { processing: 'processing', completed: 'succeeded', cancelled: 'canceled' }

function predictionOf(order: Order, fileUrl: string) {
  const state = stateOf(order)
  return {
    id: order.id,
    status: STATUS[state],
    created_at: new Date(order.paidAt).toISOString(),
    webhook: order.callback?.url ?? null,
    output: state === 'completed' ? [fileUrl] : null,
    error: null,
    logs: '',
  }
}

function signed(body: string): Record<string, string> {
  const now = new Date()
  const id = `msg_${now.getTime()}`
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(REPLICATE_SECRET).sign(id, now, body),
  }
}
