import { expect, it, vi } from 'vitest'
import { sampleTask } from '../core/task.testing.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { dialects } from '../dialects/dialects.ts'
import { urlsAt } from '../dialects/kit/urls.ts'
import { renderersWith } from './webhooks.ts'

const urls = urlsAt(() => 'https://gateway.example')
const times = { createdAt: 0, startedAt: 0, endedAt: 0 }
const hooked = (webhookUrl: string | null) => sampleTask(times, { id: 'a task', operation: 'suno/music', webhookUrl })

it('a protocol that cannot be loaded makes its tasks with webhooks not ready, and no others', async () => {
  const [piapi] = dialects
  if (!piapi) throw new Error('No dialect is served.')
  const gone = { ...piapi, load: (): Promise<Dialect> => Promise.reject(new Error('Cannot find the module.')) }
  const renderers = renderersWith(urls, { error: vi.fn() }, [gone])
  expect(await renderers.ready(hooked(null))).toBeUndefined()
  await expect(renderers.ready(hooked('https://client.example/hook'))).rejects.toThrow('Cannot find the module.')
  await expect(renderers.task(hooked('https://client.example/hook'))).rejects.toThrow('Cannot find the module.')
})

it('a webhook that its protocol fails to render is logged and left out; a command without a log fails', async () => {
  const [piapi] = dialects
  if (!piapi) throw new Error('No dialect is served.')
  const webhookFor = () => {
    throw new Error('No such field.')
  }
  const faulty = { ...piapi, load: async (): Promise<Dialect> => ({ ...(await piapi.load()), webhookFor }) }
  const error = vi.fn()
  expect(await renderersWith(urls, { error }, [faulty]).task(hooked('https://client.example/hook'))).toEqual([])
  expect(error).toHaveBeenCalledTimes(1)
  const rendering = renderersWith(urls, undefined, [faulty]).task(hooked('https://client.example/hook'))
  await expect(rendering).rejects.toThrow('No such field.')
})
