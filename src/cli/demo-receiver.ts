import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export interface Receiver {
  url: string
  secret: string
  wait(taskIds: string[], ms: number): Promise<{ id: string; name: string; verified: boolean }[]>
  close(): void
}

/** A receiver as a client would run it, which verifies what it is sent. */
export async function openReceiver(): Promise<Receiver> {
  const heard = new Map<string, { id: string; name: string; verified: boolean }>()
  let changed = (): void => {}
  const { createServer } = await import('node:http') // a static import would slow down every command
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      response.end('ok')
      const name = request.url === '/piapi' ? 'PiAPI' : 'relay'
      const message = JSON.parse(body) as {
        data?: { task_id?: string; status?: string }
        task_id?: string
        status?: string
      }
      const task = name === 'PiAPI' ? message.data : message
      if (!task?.task_id || (task.status !== 'completed' && task.status !== 'SUCCESS')) return
      heard.set(task.task_id, { id: task.task_id, name, verified: verifies(receiver.secret, body, request.headers) })
      changed()
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    secret: '',
    async wait(taskIds, ms) {
      const end = AbortSignal.timeout(ms)
      while (!taskIds.every((id) => heard.has(id))) {
        if (end.aborted) throw new Error('The webhooks did not come.')
        await new Promise<void>((wake) => {
          changed = wake
          end.addEventListener('abort', () => wake(), { once: true })
        })
      }
      return taskIds.flatMap((id) => heard.get(id) ?? [])
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
  return receiver
}

function verifies(secret: string, body: string, headers: NodeJS.Dict<string | string[]>): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>)
    return true
  } catch (error) {
    console.error('webhook:', error instanceof Error ? error.message : error)
    return false
  }
}
