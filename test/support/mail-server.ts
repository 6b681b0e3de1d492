import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'

/** A mail server on loopback, as far as SMTP needs it to take a message. */
export interface MailServer extends AsyncDisposable {
  url: string
  /** Envelope and text of each message. */
  messages: { from: string; to: string[]; text: string }[]
}

export async function openMailServer(): Promise<MailServer> {
  const messages: MailServer['messages'] = []
  const server = createServer((socket) => {
    let rest = ''
    let message = { from: '', to: [] as string[], text: '' }
    let isData = false
    const take = (line: string): void => {
      if (isData) {
        if (line !== '.') {
          message.text += `${line}\n`
          return
        }
        isData = false
        messages.push(message)
        message = { from: '', to: [], text: '' }
        socket.write('250 taken\r\n')
        return
      }
      const [, address = ''] = /<(.*)>/.exec(line) ?? []
      if (/^mail from/i.test(line)) message.from = address
      if (/^rcpt to/i.test(line)) message.to.push(address)
      isData = /^data/i.test(line)
      socket.write(isData ? '354 go on\r\n' : '250 fine\r\n')
      if (/^quit/i.test(line)) socket.end()
    }
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      const lines = `${rest}${chunk}`.split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) take(line)
    })
    socket.write('220 mail.test\r\n')
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `smtp://127.0.0.1:${port}`,
    messages,
    async [Symbol.asyncDispose]() {
      await new Promise((closed) => server.close(closed))
    },
  }
}
