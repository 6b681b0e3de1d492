import { createServer } from 'node:net'
import { urlOf } from '../../compose/address.ts'
import { addressWarnings } from '../../compose/start-report.ts'
import type { Config } from '../../config/config.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { describeListenError } from '../describe-error.ts'
import { noAnswer } from '../remote-error.ts'
import { type Finding, fault, ok, reasonOf, warning } from './finding.ts'

const ANSWER_MS = 5 * SECOND_MS

/** Whether the port is free, or already served by a gateway. */
export async function checkPort({
  host,
  port,
}: Pick<Config, 'host' | 'port'>): Promise<Finding & { isServed: boolean }> {
  if (port === 0) return { ...ok('port', 'any free one'), isServed: false }
  const error = await tryToListen(host, port)
  if (error === undefined) return { ...ok('port', `${host}:${port} is free`), isServed: false }
  if (error.code === 'EADDRINUSE' && (await isGateway(urlOf(host, port)))) {
    return { ...ok('port', `a gateway serves on ${host}:${port}`), isServed: true }
  }
  return { ...fault('port', describeListenError(error)), isServed: false }
}

function tryToListen(host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}

/** Whether callers reach the gateway under the address that they are given. */
export async function checkPublicUrl(
  config: Pick<Config, 'host' | 'port' | 'publicUrl' | 'trustedProxies'>,
  isServed: boolean,
): Promise<Finding> {
  const { host, port, publicUrl } = config
  if (publicUrl === undefined) {
    const [words] = addressWarnings(config, urlOf(host, port))
    return words === undefined
      ? ok('PUBLIC_URL', `not set; URLs begin with ${urlOf(host, port)}`)
      : warning('PUBLIC_URL', words)
  }
  if (!isServed) return ok('PUBLIC_URL', `${publicUrl}; it can be tried while the gateway serves`)
  const why = await whyNoGateway(publicUrl)
  if (why === undefined) return ok('PUBLIC_URL', `${publicUrl} leads to a gateway`)
  return warning(
    'PUBLIC_URL',
    `No gateway is reached at ${publicUrl} from here: ${why} Check the address and the proxy in between.`,
  )
}

async function isGateway(url: string): Promise<boolean> {
  return (await whyNoGateway(url)) === undefined
}

/** In a sentence; undefined where a gateway answers. */
async function whyNoGateway(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) })
    const text = await answer.text()
    return answer.ok && isHealth(text) ? undefined : `/healthz answered ${answer.status}, and not as Polyphony does.`
  } catch (error) {
    const { cause = error } = error as Error // fetch throws nothing else
    const { message } = noAnswer(new URL(url).origin, cause)
    return `${message} (${reasonOf(cause)})`
  }
}

function isHealth(text: string): boolean {
  try {
    return (JSON.parse(text) as { status?: unknown } | null)?.status === 'ok'
  } catch {
    return false
  }
}
