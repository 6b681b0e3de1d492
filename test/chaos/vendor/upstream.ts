import { MARKER, stateOf } from './order.ts'
import type { Protocol } from './protocol.ts'

/** Another Polyphony: an order is found again by its idempotency key. */
export const upstream: Protocol = {
  name: 'upstream',
  isIdempotent: true,

  read({ method, path, query, headers, body }) {
    const [, id, cancel] = /^\/polyphony\/v1\/tasks(?:\/([^/]+)(\/cancel)?)?$/.exec(path) ?? []
    if (!path.startsWith('/polyphony/v1/tasks')) return undefined
    if (id !== undefined) return { kind: cancel ? 'cancel' : 'look', id }
    const key = query.get('idempotency_key')
    if (method === 'GET') return key === null ? { kind: 'probe' } : { kind: 'find', key }
    const [marker = 'chaos-unknown'] = MARKER.exec(JSON.stringify(body.input)) ?? []
    const callback = typeof body.webhook === 'string' ? { url: body.webhook, headers: () => ({}) } : undefined
    return { kind: 'order', marker, key: String(headers['idempotency-key']), callback }
  },
  created: (order) => ({ id: order.id, status: 'pending' }),
  shown(order, fileUrl) {
    const state = stateOf(order)
    const pictures = [{ file: fileUrl, widthPx: 1, heightPx: 1 }]
    return {
      id: order.id,
      status: state,
      progress: state === 'completed' ? 100 : 40,
      output: state === 'completed' ? { pictures, grid: null } : null,
      error: null,
      parent_id: null,
    }
  },
  list: (tasks) => ({ tasks, next_cursor: null }),
  unknown: (id) => ({ error: { code: 'task_not_found', message: `No task ${id}.` } }),
  notCancellable: () => ({
    status: 409,
    body: { error: { code: 'not_cancellable', message: 'The task has been dispatched or has ended.' } },
  }),
  announced: (order, fileUrl) => upstream.shown(order, fileUrl),
}
