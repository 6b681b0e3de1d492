import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Caller, mayUse } from '../../core/caller.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { checkModel } from '../kit/call-fields.ts'
import { Fields } from '../shared/formats/fields.ts'

/**
 * Client secrets: short-lived tokens that a server makes for its browsers, which connect with them in place of a key
 * (https://platform.openai.com/docs/api-reference/realtime-sessions/create-realtime-client-secret). Ours open sessions at
 * this gateway and do nothing else; no secret of a vendor leaves it. The store has their hash.
 */

const KIND = 'openai.realtime-secret'
const PREFIX = 'ek_'
/** OpenAI's limits. */
const SECONDS = { minimum: 10, maximum: 7_200 }
const DEFAULT_SECONDS = 600
const DEFAULT_MODEL = 'gpt-realtime'

export interface SecretSession {
  caller: Caller
  model: string
  /** What the session is configured with when it begins. */
  session: JsonObject
}

type Parts = Pick<DialectContext, 'drafts' | 'clock' | 'authenticateById'>

/** The body of `POST /v1/realtime/client_secrets`, answered. Throws `invalid_input`. */
export async function createSecret(body: JsonObject, caller: Caller, parts: Parts) {
  const fields = new Fields(body, '')
  const after = fields.object('expires_after')
  after?.oneOf('anchor', ['created_at'])
  const seconds = after?.whole('seconds', SECONDS) ?? DEFAULT_SECONDS
  after?.refuseRest()
  const given = fields.object('session')
  given?.oneOf('type', ['realtime'])
  const named = given?.text('model')
  const session: JsonObject = { ...fields.plainObject('session'), type: 'realtime' }
  fields.refuseRest()
  const model = checkModel(named ?? DEFAULT_MODEL)
  const { value, expiresAt, id } = await keep({ seconds, model, session }, caller, parts)
  const effective = { ...session, id: `sess_${id}`, object: 'realtime.session', model }
  return { value, expires_at: Math.floor(expiresAt / SECOND_MS), session: effective }
}

/** The body of the older `POST /v1/realtime/sessions`, answered: the session's fields are those of the body. */
export async function createOlderSession(body: JsonObject, caller: Caller, parts: Parts) {
  const fields = new Fields(body, '')
  const model = checkModel(fields.text('model') ?? DEFAULT_MODEL)
  const seconds = fields.object('client_secret')?.object('expires_after')?.whole('seconds', SECONDS) ?? DEFAULT_SECONDS
  const { client_secret: _asked, ...given } = body
  const kept = { seconds, model, session: sessionOfOlder(new Fields(given, '')) }
  const { value, expiresAt, id } = await keep(kept, caller, parts)
  const secret = { value, expires_at: Math.floor(expiresAt / SECOND_MS) }
  return { ...given, id: `sess_${id}`, object: 'realtime.session', model, client_secret: secret }
}

async function keep(
  { seconds, model, session }: { seconds: number; model: string; session: JsonObject },
  caller: Caller,
  { drafts, clock }: Parts,
) {
  if (!mayUse(caller, model)) {
    throw new PolyphonyError('model_not_allowed', `The key may not use ${model}.`, { field: 'session.model' })
  }
  const secret = randomBytes(24).toString('base64url')
  const expiresAt = clock.now() + seconds * SECOND_MS
  const { id } = await drafts.open(
    KIND,
    { hash: hashOf(secret), keyId: caller.keyId, expiresAt, model, session },
    caller,
  )
  return { value: `${PREFIX}${id.replaceAll('-', '')}_${secret}`, expiresAt, id: id.replaceAll('-', '') }
}

export function isSecret(credential: string | undefined): credential is string {
  return credential?.startsWith(PREFIX) ?? false
}

/** The session that a secret opens, for the key that made it. Throws `unauthorized`, also where that key is revoked. */
export async function findSecret(token: string, { drafts, clock, authenticateById }: Parts): Promise<SecretSession> {
  const [, id = '', secret = ''] = /^ek_([0-9a-f]{32})_([\w-]+)$/.exec(token) ?? []
  const draft = await drafts.findOpenly(id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'), KIND)
  const { hash, keyId, expiresAt, model, session } = draft?.body ?? {}
  const isRight = typeof hash === 'string' && isSame(hash, hashOf(secret))
  if (!isRight || typeof keyId !== 'string' || typeof model !== 'string' || !isJsonObject(session)) {
    throw new PolyphonyError('unauthorized', 'The client secret is unknown.')
  }
  if (Number(expiresAt) <= clock.now()) throw new PolyphonyError('unauthorized', 'The client secret has expired.')
  return { caller: await authenticateById(keyId), model, session }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

const FORMATS: Readonly<Record<string, JsonObject>> = {
  pcm16: { type: 'audio/pcm', rate: 24_000 },
  g711_ulaw: { type: 'audio/pcmu' },
  g711_alaw: { type: 'audio/pcma' },
}

/** A session in the form before 2025-08 in that of today. What has no place any more is refused by name. */
function sessionOfOlder(fields: Fields): JsonObject {
  const format = (name: string) => {
    const named = fields.oneOf(name, Object.keys(FORMATS))
    return named === undefined ? undefined : FORMATS[named]
  }
  const modalities = fields.texts('modalities')
  const input = present({
    format: format('input_audio_format'),
    transcription: fields.given('input_audio_transcription'),
    turn_detection: fields.given('turn_detection'),
    noise_reduction: fields.given('input_audio_noise_reduction'),
  })
  const output = present({
    format: format('output_audio_format'),
    voice: fields.given('voice'),
    speed: fields.given('speed'),
  })
  const session = present({
    type: 'realtime',
    instructions: fields.text('instructions'),
    tools: fields.list('tools'),
    tool_choice: fields.given('tool_choice'),
    max_output_tokens: fields.given('max_response_output_tokens'),
    tracing: fields.given('tracing'),
    // Sound came with its text, which it does still.
    output_modalities: modalities && [modalities.includes('audio') ? 'audio' : 'text'],
    audio: present({ input: nonEmpty(input), output: nonEmpty(output) }),
  })
  fields.refuse('temperature', 'is not a field of sessions any more; leave it out', [0.8])
  fields.refuseRest(['model'])
  return session
}

function present(fields: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter((one): one is [string, Json] => one[1] !== undefined))
}

function nonEmpty(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object
}

/** Refuses a model other than the one that a secret is for. */
export function checkSecretModel(named: string | undefined, { model }: SecretSession): string {
  if (named === undefined || named === model) return model
  throw invalidInput('model', `must be ${model}, for which the client secret was made, not ${named}`)
}
