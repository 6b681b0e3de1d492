import { expect, it } from 'vitest'
import { openOnce } from './login.ts'

it('a server that could not open is opened again by the next request, and is kept once it is open', async () => {
  const openings: (() => Promise<unknown>)[] = [
    () => Promise.reject(new Error('its file could not be loaded')),
    () => Promise.resolve({ handler: Response.json, $context: Promise.reject(new Error('the database is away')) }),
    () => Promise.resolve({ handler: Response.json, $context: Promise.resolve() }),
  ]
  const serverAt = openOnce(() => (openings.shift() as () => ReturnType<Parameters<typeof openOnce>[0]>)())
  await expect(serverAt('http://a.example')).rejects.toThrow('could not be loaded')
  await expect(serverAt('http://a.example')).rejects.toThrow('the database is away')
  const server = await serverAt('http://a.example')
  expect(await serverAt('http://a.example')).toBe(server)
})
