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

it('a server without its provider serves the rest, and is opened again by what needs the provider', async () => {
  const contexts = ['partly', 'still partly', 'the database is away', 'whole', 'too many']
  const serverAt = openOnce(
    async () => {
      const context = contexts.shift() ?? ''
      if (context.endsWith('away')) throw new Error(context)
      return { handler: async () => Response.json({}), $context: Promise.resolve(context) }
    },
    (context) => context === 'whole',
  )
  const contextWith = async (needsWhole: boolean) => (await serverAt('http://a.example', needsWhole)).$context
  expect(await contextWith(false)).toBe('partly')
  expect(await contextWith(false)).toBe('partly')
  expect(await Promise.all([contextWith(true), contextWith(true)])).toEqual(['still partly', 'still partly'])
  await expect(contextWith(true)).rejects.toThrow('away')
  expect(await contextWith(false)).toBe('still partly')
  expect(await Promise.all([contextWith(true), contextWith(false)])).toEqual(['whole', 'still partly'])
  expect([await contextWith(true), await contextWith(false), contexts]).toEqual(['whole', 'whole', ['too many']])
})
