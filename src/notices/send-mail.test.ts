import { type AddressInfo, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { mailUrl } from '../config/setting-forms.ts'
import { mailWay } from './send-mail.ts'

it.each([
  ['nothing at all', ''],
  ['nothing after its greeting', '220 mail.test\r\n'],
])('a notice to a mail server that says %s ends with its time, and not much later', async (_silence, greeting) => {
  const server = createServer((socket) => socket.on('error', () => {}).write(greeting))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const send = mailWay({ server: `smtp://127.0.0.1:${port}`, from: 'a@example.org', to: 'b@example.org' })
  const notice = { type: 'disk.low', at: 0, message: 'The disk is full.', details: {} } as const
  const began = Date.now()
  await expect(send('id', notice, AbortSignal.timeout(200))).rejects.toThrow('the mail server did not take it in time')
  expect(Date.now() - began).toBeLessThan(5_000)
  server.close()
})

it.each([
  ['ops+gateway@example.org', 'ops+gateway@example.org'],
  ['ops%2Bgateway@example.org', 'ops+gateway@example.org'],
  ['a+b@example.org,c+d+e@example.org', 'a+b@example.org,c+d+e@example.org'],
  ['The+Gateway+%3Ca+b@example.org%3E', 'The Gateway <a+b@example.org>'],
])('of the mail address %s the plus stays', (to, expected) => {
  const url = `smtps://me:secret@mail.example?from=a+x@example.org&to=${to}`
  const read = mailUrl(url, 'POLYPHONY_NOTICES_MAIL')
  expect(read).toEqual({ server: 'smtps://me:secret@mail.example', from: 'a+x@example.org', to: expected })
})
