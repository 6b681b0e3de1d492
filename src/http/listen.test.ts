import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { listen } from './listen.ts'

it.skipIf(process.platform !== 'linux' /* others have 127.0.0.1 alone of these */)(
  'a server at localhost answers at every address of that name, and leaves out one that the machine lacks',
  async () => {
    const app = Fastify()
    app.get('/', async () => 'here')
    const addresses = ['127.0.0.1', '127.0.0.2', '192.0.2.1'].map((address) => ({ address }))
    const { port, close } = await listen(app, { host: 'localhost', port: 0 }, async () => addresses)
    for (const address of ['127.0.0.1', '127.0.0.2']) {
      expect(await (await fetch(`http://${address}:${port}/`)).text()).toBe('here')
    }
    close()
    await app.close()
    await expect(fetch(`http://127.0.0.2:${port}/`)).rejects.toThrow()
  },
)
