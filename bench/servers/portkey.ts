import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** Portkey's gateway as its package starts it, without its web page, on a free port. */
const port = await freePort()
process.argv.push(`--port=${port}`, '--headless')
const program = '@portkey-ai/gateway/build/start-server.js' // has no types
await import(program)
const url = `http://127.0.0.1:${port}`
while (!(await answers())) await delay(50)
process.stdout.write(`ready ${url}\n`)
process.on('SIGTERM', () => process.exit(0))

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening))
  const address = probe.address()
  await new Promise((closed) => probe.close(closed))
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port.')
  return address.port
}

async function answers(): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false // not yet
  }
}
