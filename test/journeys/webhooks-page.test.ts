import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Received, type Receiver } from '../support/receiver.ts'

const PAGE = new URL('../../docs/webhooks.md', import.meta.url)

/** How each program of the page is run, and the command that tells whether its language is here. */
const LANGUAGES: Record<string, { run: string[]; isThere: string[]; isCompiled?: boolean }> = {
  'verify.mjs': { run: [process.execPath], isThere: [process.execPath, '--version'] },
  'verify.py': { run: ['python3'], isThere: ['python3', '--version'] },
  'verify.go': { run: ['go', 'run'], isThere: ['go', 'version'], isCompiled: true },
  'Verify.java': { run: ['java'], isThere: ['java', '-version'], isCompiled: true },
  'verify.php': { run: ['php'], isThere: ['php', '--version'] },
}

const isTried = (name: string): boolean => {
  const { isThere: [command = '', ...words] = [], isCompiled = false } = LANGUAGES[name] ?? {}
  if (isCompiled && !process.env.TEST_ALL_LANGUAGES) return false
  return spawnSync(command, words).status === 0
}

describe('the programs of docs/webhooks.md', () => {
  let folder: string
  let gateway: TestGateway
  let receiver: Receiver
  let secret: string
  let received: Received
  const programs = new Map<string, string>()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyphony-webhooks-page-'))
    const page = await readFile(PAGE, 'utf8')
    for (const [, name = '', code = ''] of page.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)) programs.set(name, code)
    for (const [name, code] of programs) await writeFile(join(folder, name), code)
    gateway = await openGateway()
    receiver = await openReceiver()
    ;({ secret } = await secretOf(gateway))
    await gateway.piapi.post({
      model: 'suno',
      task_type: 'lyrics',
      input: { prompt: 'a song of 雨 sandbox:fast' },
      config: { webhook_config: { endpoint: receiver.url } },
    })
    await receiver.until((all) => all.length > 0)
    ;[received] = receiver.received as [Received]
  })
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await receiver?.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function verdict(
    name: string,
    change: Partial<Record<'id' | 'timestamp' | 'signature' | 'body', string>> = {},
  ) {
    const [command = '', ...words] = LANGUAGES[name]?.run ?? []
    const header = (part: string): string => String(received.headers[`webhook-${part}`])
    const child = spawn(command, [...words, join(folder, name)], {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        WEBHOOK_SECRET: secret,
        WEBHOOK_ID: change.id ?? header('id'),
        WEBHOOK_TIMESTAMP: change.timestamp ?? header('timestamp'),
        WEBHOOK_SIGNATURE: change.signature ?? header('signature'),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.stdin.end(change.body ?? received.body)
    const [printed, complaints] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(complaints).toBe('')
    return printed.trim()
  }

  it('are those that this test knows how to run', () => {
    expect([...programs.keys()]).toEqual(Object.keys(LANGUAGES))
  })

  for (const name of Object.keys(LANGUAGES)) {
    // Needs a language that may not be here; a compiled one takes seconds a run, and is tried with TEST_ALL_LANGUAGES=1.
    it.skipIf(!isTried(name))(
      `${name} tells a webhook of the gateway from a forged one`,
      { timeout: 120_000 },
      async () => {
        expect(await verdict(name)).toBe('genuine')
        const signature = String(received.headers['webhook-signature'])
        expect(await verdict(name, { signature: `v1,AAAA ${signature}` })).toBe('genuine')
        expect(await verdict(name, { body: `${received.body} ` })).toBe('refused')
        expect(await verdict(name, { timestamp: String(Math.floor(Date.now() / 1_000) - 3_600) })).toBe('refused')
        expect(await verdict(name, { signature: signature.replace('v1,', 'v1a,') })).toBe('refused')
      },
    )
  }
})

async function secretOf(gateway: TestGateway): Promise<{ secret: string }> {
  const { body } = await gateway.send('GET', '/api/v1/webhook-secret')
  return (body as { data: { secret: string } }).data
}
