import { mkdir, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { join, relative, resolve } from 'node:path'
import { MultiBar, Presets } from 'cli-progress'
import { Command } from 'commander'
import { KNOWN_SETTINGS } from '../compose/known-settings.ts'
import { openLog } from '../compose/log.ts'
import { readConfig } from '../config/config.ts'
import { find, type Source } from '../config/sources.ts'
import { MINUTE_MS, systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Gateway } from '../main.ts'
import { createKey } from '../tenants/keys.ts'
import { signingSecret } from '../webhooks/sign.ts'
import { sourcesHere } from './configuration.ts'
import { type Clip, type DemoClient, piapi, relay } from './demo-clients.ts'
import { openReceiver } from './demo-receiver.ts'
import { usd } from './print.ts'
import { start } from './start.ts'
import { stopOnSignal } from './stop-on-signal.ts'

const POLL_MS = 300
/** Two songs on a small board, or on a machine with other work, take minutes. */
const GIVE_UP_MS = 15 * MINUTE_MS
const WEBHOOK_WAIT_MS = 10_000

export function demoCommand(): Command {
  return new Command('demo')
    .description('Request songs in the wire formats of PiAPI and of a Suno relay, and save the results')
    .option('--exit', 'end when the songs are saved, instead of serving on')
    .option('--out <folder>', 'where the files go', 'demo-output')
    .action(async (options: { exit?: boolean; out: string }) => {
      await demo(resolve(options.out), options.exit ?? false)
    })
}

async function demo(out: string, exit: boolean): Promise<void> {
  const say = (line = ''): void => console.log(line)
  await mkdir(out, { recursive: true })
  const receiver = await openReceiver()
  const config = readConfig(await sourcesOfDemo(out), KNOWN_SETTINGS)
  const log = openLog(config.logLevel, process.stderr)
  const gateway = await start(config, { log })
  const { url, store, firstTenant } = gateway
  const { key, record } = await createKey(
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
    const clients = [piapi(url, key, receiver.url), relay(url, key, receiver.url)]
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
      results = await Promise.all(clients.map((client) => follow(client, bars)))
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
    const received = await receiver.wait(
      results.map(({ id }) => id),
      WEBHOOK_WAIT_MS,
    )
    for (const { id, verified, name } of received) {
      say(`Webhook for ${id} (${name}): signature ${verified ? 'verified' : 'NOT VERIFIED'}.`)
    }
    await printBalance(gateway, before?.available ?? 0, say)
    if (exit) return
    say()
    const ids = results.map(({ id }) => id).join(',')
    say(`The server stays up at ${url} (Ctrl-C ends it). Try:`)
    say(`  curl ${url}/api/v1/task -H 'x-api-key: ${key}' -H 'content-type: application/json' \\`)
    say(
      `    -d '{"model":"suno","task_type":"music","input":{"gpt_description_prompt":"a song about rain on a tin roof"}}'`,
    )
    say()
    say('The library with the two songs, playing (this link works once):')
    say(`  ${gateway.enterLink(record.keyId, `/library?play=${ids}`)}`)
    stopOnSignal(Promise.resolve(gateway), () => say('Stopping.'))
  } catch (error) {
    await gateway.close()
    throw error
  } finally {
    receiver.close()
    if (exit) await gateway.close()
  }
}

/** The operator's settings, with other defaults. */
async function sourcesOfDemo(out: string): Promise<Source[]> {
  const sources = sourcesHere()
  const egressAllow = find(sources, 'POLYPHONY_EGRESS_ALLOW')?.text
  const defaults = {
    LOG_LEVEL: 'warn',
    DATA_DIR: join(out, 'data'),
    ...(find(sources, 'PORT') ? {} : { PORT: String(await freePort(8080)) }),
  }
  // The demo's webhook receiver listens on loopback, which egress refuses by default.
  const always = { POLYPHONY_EGRESS_ALLOW: [egressAllow, '127.0.0.0/8'].filter(Boolean).join(',') }
  return [{ title: 'the demo', values: always }, ...sources, { title: 'the demo', values: defaults }]
}

async function follow(
  client: DemoClient,
  bars: MultiBar,
): Promise<{ name: string; id: string; body: unknown; clips: Clip[] }> {
  const bar = bars.create(100, 0, { name: client.name, status: 'submitting' })
  const id = await client.submit()
  const end = Date.now() + GIVE_UP_MS
  for (;;) {
    const state = await client.read(id)
    bar.update(state.progress, { status: state.status })
    if (state.done) return { name: client.name, id, body: state.body, clips: state.clips }
    const task = `${client.name.trim()}: task ${id}`
    if (state.failed) throw new Error(`${task} failed: ${JSON.stringify(state.body)}`)
    if (Date.now() > end) {
      throw new PolyphonyError('overloaded', `${task} was not done in ${GIVE_UP_MS / MINUTE_MS} minutes.`)
    }
    await new Promise((wake) => setTimeout(wake, POLL_MS))
  }
}

async function save(url: string, path: string): Promise<string> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`GET ${url} answered ${answer.status}`)
  await writeFile(path, new Uint8Array(await answer.arrayBuffer()))
  return relative(process.cwd(), path)
}

async function printBalance(
  { store, firstTenant }: Gateway,
  before: number,
  say: (line: string) => void,
): Promise<void> {
  const balance = await store.getBalance({ tenantId: firstTenant.tenant.id })
  if (!balance) throw new Error('The tenant has no balance.')
  const faults = await store.reconcile({})
  const spent = (before - balance.available) as typeof balance.available
  say(
    `Paid ${usd(spent)} from the ledger; ${usd(balance.available)} left, ${usd(balance.held)} held; it ${faults.length === 0 ? 'reconciles' : 'does NOT reconcile'}.`,
  )
  if (faults.length > 0) throw new Error(`The ledger does not reconcile: ${JSON.stringify(faults)}`)
}

/** The given port or, when another program listens there, any free one. */
async function freePort(wanted: number): Promise<number> {
  const tried = (port: number): Promise<number | undefined> =>
    new Promise((result) => {
      const socket = createSocket()
      socket.once('error', () => result(undefined))
      socket.listen(port, '127.0.0.1', () => {
        const { port: found } = socket.address() as AddressInfo // it listens on TCP
        socket.close(() => result(found))
      })
    })
  const port = (await tried(wanted)) ?? (await tried(0))
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
