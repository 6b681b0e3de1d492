import { Webhook } from 'standardwebhooks'
import { openReceiver, type Received, type Reply } from '../support/receiver.ts'

/** One webhook as it came. */
export interface Hooked {
  /** The submission that the address names. */
  marker: string
  webhookId: string
  /** When it was signed, by the sender's clock, in milliseconds. */
  signedAt: number
  receivedAt: number
  body: string
  headers: Record<string, string>
  /** What was answered; 0 = nothing. */
  answered: number
}

/** The caller's end: keeps every webhook, and answers as a fault says. */
export interface Hooks {
  /** The marker of a submission is appended to it. */
  url: string
  received: Hooked[]
  /** Called for each webhook; 'silence' = no answer. */
  answer: (marker: string) => number | 'silence'
  /** Markers with a webhook that was answered 2xx. */
  accepted(): Set<string>
  close(): Promise<void>
}

export async function openHooks(): Promise<Hooks> {
  const receiver = await openReceiver()
  const hooks: Hooks = {
    url: `${receiver.url}/hook`,
    received: [],
    answer: () => 200,
    accepted: () => new Set(hooks.received.filter(isAccepted).map(({ marker }) => marker)),
    close: () => receiver.close(),
  }
  receiver.onRequest = (request): number | Reply | 'silence' => {
    const marker = request.path.split('/').at(-1) ?? ''
    const answer = hooks.answer(marker)
    hooks.received.push(hookedOf(request, marker, answer))
    return answer
  }
  return hooks
}

export function isAccepted({ answered }: Hooked): boolean {
  return answered >= 200 && answered < 300
}

function hookedOf({ headers, body }: Received, marker: string, answer: number | 'silence'): Hooked {
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  return {
    marker,
    webhookId: plain['webhook-id'] ?? '',
    signedAt: 1_000 * Number(plain['webhook-timestamp']),
    receivedAt: Date.now(),
    body,
    headers: plain,
    answered: answer === 'silence' ? 0 : answer,
  }
}

/** Whether id, time and body are signed with the secret. The age of the signature is judged apart from it. */
export function isSigned({ webhookId, signedAt, body, headers }: Hooked, secret: string): boolean {
  const expected = new Webhook(secret).sign(webhookId, new Date(signedAt), body)
  return (headers['webhook-signature'] ?? '').split(' ').includes(expected)
}
