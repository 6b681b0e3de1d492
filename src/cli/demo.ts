import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { join, relative, resolve } from 'node:path'
import { MultiBar, Presets } from 'cli-progress'
import { Command } from 'commander'
import { pino } from 'pino'
import { Webhook } from 'standardwebhooks'
import { readConfig } from '../config/config.ts'
import { systemClock } from '../core/clock.ts'
import { type Gateway, startGateway } from '../main.ts'
import { createKey } from '../tenants/keys.ts'
import { signingSecret } from '../webhooks/sign.ts'
import { usd } from './print.ts'
import { closeOnSignal } from './serve.ts'

const POLL_MS = 300
const GIVE_UP_MS = 120_000
const WEBHOOK_WAIT_MS = 10_000

const LYRICS = `[Verse]
Move your paws
Left and right
Jump around
Feel the light
Whiskers twitch
Tails in the air
Dancing cats
Everywhere

[Chorus]
Cat dance
Oh
Let's go
Swing your tails
Don't say no
Purr and twirl
Like a show

[Bridge]
Ooh-ooh
Bounce and sway
Moonlit grooves
Night turns to day`

export function demoCommand(): Command {
  return new Command('demo')
    .description('Ask for songs in the wire formats of PiAPI and of a Suno relay, and save what comes back')
    .option('--exit', 'end when the songs are saved, instead of serving on')
    .option('--out <folder>', 'where the files go', 'demo-output')
    .action(async (options: { exit?: boolean; out: string }) => {
      await demo(resolve(options.out), options.exit ?? false)
    })
}

interface Clip {
  title: string
  audio: string
  cover: string
  seconds: number
}

/** One of the two ways to ask for a song: over real HTTP, as a client of that product would. */
interface Asking {
  name: string
  submit: () => Promise<string>
  /** The state as this protocol tells it. */
  read: (
    id: string,
  ) => Promise<{ progress: number; status: string; done: boolean; failed: boolean; body: unknown; clips: Clip[] }>
}

async function demo(out: string, exit: boolean): Promise<void> {
  const say = (line = ''): void => console.log(line)
  await mkdir(out, { recursive: true })
  const receiver = await openReceiver()
  const config = readConfig({
    LOG_LEVEL: 'warn',
    ...process.env,
    DATA_DIR: process.env.DATA_DIR ?? join(out, 'data'),
    PORT: process.env.PORT ?? String(await freePort(8080)),
    // The demo's webhook receiver listens on loopback, which egress refuses unless told otherwise.
    POLYPHONY_EGRESS_ALLOW: [process.env.POLYPHONY_EGRESS_ALLOW, '127.0.0.0/8'].filter(Boolean).join(','),
  })
  const log = pino({ level: config.logLevel }, pino.destination(2))
  const gateway = await startGateway(config, { log })
  const { url, store, firstTenant } = gateway
  const { key } = await createKey(
    { store, clock: systemClock },
    { tenantId: firstTenant.tenant.id, name: 'demo', mode: 'live' },
  )
  receiver.secret = signingSecret(config.secret, firstTenant.tenant.id, firstTenant.tenant.webhookSecretVersion)
  const before = await store.getBalance({ tenantId: firstTenant.tenant.id })
  say(
    `Polyphony serves at ${url}, with one process and a database in ${relative(process.cwd(), config.dataDir) || '.'}.`,
  )
  say()

  try {
    const askings = [piapi(url, key, receiver.url), relay(url, key, receiver.url)]
    const bars = new MultiBar(
      {
        format: '  {name} [{bar}] {percentage}%  {status}',
        hideCursor: true,
        noTTYOutput: true,
        notTTYSchedule: 2_000,
      },
      Presets.rect,
    )
    let results: Awaited<ReturnType<typeof follow>>[]
    try {
      results = await Promise.all(askings.map((asking) => follow(asking, bars)))
    } finally {
      bars.stop()
    }
    say()
    for (const { name, id, body, clips } of results) {
      const slug = name.trim().toLowerCase().replaceAll(' ', '-')
      const json = join(out, `${slug}.json`)
      await writeFile(json, `${JSON.stringify(body, null, 2)}\n`)
      say(`${name.trim()}: task ${id}`)
      for (const [index, clip] of clips.entries()) {
        const song = await save(clip.audio, join(out, `${slug}-${index + 1}.mp3`))
        const cover = await save(clip.cover, join(out, `${slug}-${index + 1}.jpeg`))
        say(`  ${song}  "${clip.title}", ${clip.seconds.toFixed(0)} s, cover ${cover}`)
      }
      say(`  ${relative(process.cwd(), json)}  the task as the client read it:`)
      say(indent(abridged(body)))
      say()
    }
    const heard = await receiver.wait(
      results.map(({ id }) => id),
      WEBHOOK_WAIT_MS,
    )
    for (const { id, verified, name } of heard) {
      say(`Webhook for ${id} (${name}): signature ${verified ? 'verified' : 'NOT VERIFIED'}.`)
    }
    await tellMoney(gateway, before?.available ?? 0, say)
    if (exit) return
    say()
    say(`The server stays up at ${url} (Ctrl-C ends it). Try:`)
    say(`  curl ${url}/api/v1/task -H 'x-api-key: ${key}' -H 'content-type: application/json' \\`)
    say(
      `    -d '{"model":"suno","task_type":"music","input":{"gpt_description_prompt":"a song about rain on a tin roof"}}'`,
    )
    closeOnSignal(gateway)
  } catch (error) {
    await gateway.close()
    throw error
  } finally {
    receiver.close()
    if (exit) await gateway.close()
  }
}

function piapi(url: string, key: string, hook: string): Asking {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' }
  return {
    name: 'PiAPI format     ',
    async submit() {
      const { data } = await json<{ data: { task_id: string } }>(`${url}/api/v1/task`, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          model: 'suno',
          task_type: 'music',
          input: {
            prompt: LYRICS,
            tags: 'romantic raga',
            title: 'Cat Dance',
            mv: 'chirp-crow',
            make_instrumental: false,
          },
          config: { webhook_config: { endpoint: `${hook}/piapi`, secret: 'demo' } },
        }),
      })
      return data.task_id
    },
    async read(id) {
      const body = await json<{ data: { status: string; error: { message: string }; output: PiapiClip[] | null } }>(
        `${url}/api/v1/task/${id}`,
        { headers },
      )
      const { status, output } = body.data
      return {
        // PiAPI's format has no progress: begun is half-way.
        progress: status === 'completed' ? 100 : status === 'processing' ? 50 : 0,
        status,
        done: status === 'completed',
        failed: status === 'failed',
        body,
        clips: (output ?? []).map((clip) => ({
          title: clip.title,
          audio: clip.audio_url,
          cover: clip.image_large_url,
          seconds: clip.metadata.duration,
        })),
      }
    },
  }
}

interface PiapiClip {
  title: string
  audio_url: string
  image_large_url: string
  metadata: { duration: number }
}

function relay(url: string, key: string, hook: string): Asking {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return {
    name: 'Suno relay format',
    async submit() {
      const { data } = await json<{ data: string }>(`${url}/suno/submit/music`, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          gpt_description_prompt: 'a calm folk song about a lighthouse keeper who dances with the fog',
          mv: 'chirp-v4',
          notify_hook: `${hook}/relay`,
        }),
      })
      return data
    },
    async read(id) {
      const body = await json<{ data: { status: string; progress: string; data: RelayClip[] | null } }>(
        `${url}/suno/fetch/${id}`,
        { headers },
      )
      const { status, progress, data } = body.data
      return {
        progress: Number.parseInt(progress, 10),
        status,
        done: status === 'SUCCESS',
        failed: status === 'FAILURE',
        body,
        clips: (data ?? []).map((clip) => ({
          title: clip.title,
          audio: clip.audio_url,
          cover: clip.image_large_url,
          seconds: clip.duration,
        })),
      }
    },
  }
}

interface RelayClip {
  title: string
  audio_url: string
  image_large_url: string
  duration: number
}

async function follow(
  asking: Asking,
  bars: MultiBar,
): Promise<{ name: string; id: string; body: unknown; clips: Clip[] }> {
  const bar = bars.create(100, 0, { name: asking.name, status: 'submitting' })
  const id = await asking.submit()
  const end = Date.now() + GIVE_UP_MS
  for (;;) {
    const state = await asking.read(id)
    bar.update(state.progress, { status: state.status })
    if (state.done) return { name: asking.name, id, body: state.body, clips: state.clips }
    if (state.failed) throw new Error(`${asking.name.trim()}: task ${id} failed: ${JSON.stringify(state.body)}`)
    if (Date.now() > end) throw new Error(`${asking.name.trim()}: task ${id} was not done in ${GIVE_UP_MS / 1_000} s.`)
    await new Promise((wake) => setTimeout(wake, POLL_MS))
  }
}

async function json<T>(url: string, init: RequestInit): Promise<T> {
  const answer = await fetch(url, init)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${url} answered ${answer.status}: ${text}`)
  return JSON.parse(text) as T // our own server's answer, in the format that the caller of this names
}

async function save(url: string, path: string): Promise<string> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`GET ${url} answered ${answer.status}`)
  await writeFile(path, new Uint8Array(await answer.arrayBuffer()))
  return relative(process.cwd(), path)
}

async function tellMoney({ store, firstTenant }: Gateway, before: number, say: (line: string) => void): Promise<void> {
  const balance = await store.getBalance({ tenantId: firstTenant.tenant.id })
  if (!balance) throw new Error('The tenant has no balance.')
  const faults = await store.reconcile({})
  const spent = (before - balance.available) as typeof balance.available
  say(
    `Paid ${usd(spent)} from the ledger; ${usd(balance.available)} left, ${usd(balance.held)} held; it ${faults.length === 0 ? 'reconciles' : 'does NOT reconcile'}.`,
  )
  if (faults.length > 0) throw new Error(`The ledger does not reconcile: ${JSON.stringify(faults)}`)
}

interface Receiver {
  url: string
  secret: string
  wait(taskIds: string[], ms: number): Promise<{ id: string; name: string; verified: boolean }[]>
  close(): void
}

/** A receiver as a client would run it, which verifies what it is sent. */
async function openReceiver(): Promise<Receiver> {
  const heard = new Map<string, { id: string; name: string; verified: boolean }>()
  let changed = (): void => {}
  const server: Server = createServer((request, response) => {
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

/** The wished port or, when somebody listens there, any free one. */
async function freePort(wished: number): Promise<number> {
  const tried = (port: number): Promise<number | undefined> =>
    new Promise((result) => {
      const socket = createSocket()
      socket.once('error', () => result(undefined))
      socket.listen(port, '127.0.0.1', () => {
        const { port: found } = socket.address() as AddressInfo // it listens on TCP
        socket.close(() => result(found))
      })
    })
  const port = (await tried(wished)) ?? (await tried(0))
  if (port === undefined) throw new Error('No free port was found on 127.0.0.1.')
  return port
}

/** A body with its long texts cut, to be read on a screen; the file has all of it. */
function abridged(body: unknown): string {
  return JSON.stringify(
    body,
    (_name, value: unknown) =>
      typeof value === 'string' && value.length > 80 && !value.startsWith('http') ? `${value.slice(0, 60)}…` : value,
    2,
  )
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ')
}
