import { MARKER, stateOf } from './order.ts'
import type { Protocol } from './protocol.ts'

/** PiAPI: takes no key and lists nothing, so a lost answer is found by a call only. */
export const piapi: Protocol = {
  name: 'piapi',
  isIdempotent: false,

  read({ method, path, body }) {
    if (path === '/account/info') return { kind: 'probe' }
    const [, id] = /^\/api\/v1\/task(?:\/([^/]+))?$/.exec(path) ?? []
    if (!path.startsWith('/api/v1/task')) return undefined
    if (id !== undefined) return { kind: method === 'DELETE' ? 'cancel' : 'look', id }
    const [marker = 'chaos-unknown'] = MARKER.exec(JSON.stringify(body.input)) ?? []
    return { kind: 'order', marker, key: undefined, callback: callbackIn(body.config) }
  },
  created: (order) => ({ code: 200, message: 'success', data: { ...taskOf(order, ''), status: 'pending' } }),
  shown: (order, fileUrl) => ({ code: 200, message: 'success', data: taskOf(order, fileUrl) }),
  list: () => ({ code: 404, message: 'not found' }),
  unknown: () => ({ code: 404, message: 'record not found' }),
  notCancellable: () => ({ status: 400, body: { code: 400, message: 'task is not pending' } }),
  announced: (order, fileUrl) => ({ timestamp: Math.floor(Date.now() / 1_000), data: taskOf(order, fileUrl) }),
}

function callbackIn(config: unknown) {
  const { webhook_config: hook } = config as { webhook_config: { endpoint: string; secret: string } }
  if (hook.endpoint === '') return undefined
  return { url: hook.endpoint, headers: () => ({ 'x-webhook-secret': hook.secret }) }
}

function taskOf(order: Parameters<typeof stateOf>[0], fileUrl: string) {
  const status = stateOf(order)
  const output = { image_url: status === 'completed' ? fileUrl : '', temporary_image_urls: null, progress: 40 }
  return { task_id: order.id, model: 'midjourney', task_type: 'imagine', status, output, logs: [], error: { code: 0 } }
}
