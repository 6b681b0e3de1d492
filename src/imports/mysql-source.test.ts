import { createServer } from 'mysql2'
import { expect, it } from 'vitest'
import { freePort } from '../../test/support/free-port.ts'
import { openMysqlSource } from './mysql-source.ts'

it('a connection that is lost between two statements ends the next one, and not the process', async () => {
  const ends: (() => void)[] = []
  const server = createServer((connection) => {
    // As MySQL 8 ends one that was idle for too long: by an error that no statement waits for, and then the close
    // (https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html, ER_CLIENT_INTERACTION_TIMEOUT).
    ends.push(() => {
      connection.writeError({ code: 4031, message: 'The client was disconnected because of inactivity.' })
      const { stream } = connection as unknown as { stream: { end(): void } } // its types leave it out
      stream.end()
    })
    connection.on('error', () => {}) // the far side reports the loss, too
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: '8.0.0',
      connectionId: 1,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: 0xffffff,
      authCallback: (_: unknown, allow: (refusal: null) => void) => allow(null),
    })
    connection.on('query', () => connection.writeOk())
  })
  const port = await freePort()
  server.listen(port)
  const source = await openMysqlSource({ host: '127.0.0.1', port, user: 'u', password: 'p', database: 'd' })
  for (const end of ends) end()
  // The loss arrives in one of these turns.
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  await expect(source.rows('select 1')).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('MySQL'),
  })
  await new Promise<void>((resolve) => server.close(() => resolve()))
})
