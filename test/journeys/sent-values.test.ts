import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { findOperation } from '../../src/catalog/catalog.ts'
import { filesIn, type NamedFile } from '../../src/catalog/media.ts'
import { systemClock } from '../../src/core/clock.ts'
import { PolyphonyError } from '../../src/core/errors.ts'
import { itemId, taskOfItem } from '../../src/core/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'
import { dataUriIn } from '../../src/core/sent-files.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { sandboxProvider } from '../../src/providers/sandbox/sandbox.ts'
import { type DocumentedBody, documentedBodies } from '../support/documented-bodies.ts'
import { absentScalars, asTexts, withoutOptional, withPlaceholders } from '../support/documented-values.ts'
import { parentField, parentOperation } from '../support/follow-ups.ts'
import { hasEnded, openGateway, type TestGateway } from '../support/gateway.ts'

/**
 * The kinds of values that clients send in place of others, in every protocol, by the document: a new protocol is tested
 * as soon as it is described.
 */

/** Refuses all work but that of parents: only what is stored matters, and answers that wait for an end must not wait long. */
const sandbox = sandboxProvider({ clock: systemClock })
const everything: Provider = {
  ...sandbox,
  id: 'everything',
  async submit(job, account, signal) {
    if (job.input.note !== undefined) return sandbox.submit(job, account, signal)
    throw new PolyphonyError('vendor_refused', 'Nothing is made here.')
  },
}

let gateway: TestGateway
let bodies: DocumentedBody[]
const counts = { placeholders: 0, texts: 0, files: 0 }
const LEAST_PLACEHOLDERS = 10_000
const LEAST_TEXTS = 700
const LEAST_FILES = 800

beforeAll(async () => {
  gateway = await openGateway({
    env: { POLYPHONY_EGRESS_ALLOW: '' },
    replaced: { builtIn: [{ provider: everything, mode: 'live', slots: 100 }] },
  })
  const document = (await gateway.send('GET', '/openapi.json')).body as JsonObject
  bodies = await Promise.all(documentedBodies(document).map(withParents))
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const parents = new Map<string, Promise<string>>()

/** The id of a finished task of an operation. */
function parentOf(operation: NonNullable<DocumentedBody['operation']>): Promise<string> {
  const { id, model, taskType, example } = parentOperation(operation)
  let made = parents.get(id)
  if (!made) {
    const input = onNumbers({ ...example, note: 'sandbox:fast' }) as JsonObject
    made = gateway.piapi
      .create(taskType, input, { model })
      .then(async ({ task_id }) => (await gateway.until(task_id, hasEnded)).id)
    parents.set(id, made)
  }
  return made
}

const MADE_UP = /01234567-89ab-4cde-8f01-23456789ab\d\d/g

/** The body with ids of tasks that exist, and files at addresses that need no name service. */
async function withParents(one: DocumentedBody): Promise<DocumentedBody> {
  const text = JSON.stringify(onNumbers(one.body))
  const { operation } = one
  if (text.search(MADE_UP) === -1 || !operation || parentField(operation) === undefined)
    return { ...one, body: JSON.parse(text) }
  const parent = await parentOf(operation)
  return { ...one, body: JSON.parse(text.replaceAll(MADE_UP, (id) => itemId(parent, taskOfItem(id).number))) }
}

/** Addresses as numbers. */
function onNumbers(value: Json): Json {
  return JSON.parse(JSON.stringify(value).replaceAll(/https:\/\/example\.com\//g, 'https://1.1.1.1/'))
}

let sent = 0

interface Stored {
  /** What is stored of the task, as text; undefined where the body was refused. */
  task: string | undefined
  answer: string
}

async function stored(path: string, body: JsonObject): Promise<Stored> {
  const key = `sent-${sent++}`
  const answer = await gateway.send('POST', path, { body, headers: { 'idempotency-key': key } })
  const [task] = await gateway.store.listTasks({
    tenantId: gateway.tenantId,
    mode: 'live',
    idempotencyKey: key,
    limit: 1,
  })
  const { operation, input, echo, webhookUrl, externalId } = task ?? {}
  const text = task && JSON.stringify({ operation, input: sorted(input ?? {}), echo, webhookUrl, externalId })
  // Each body's files are stored anew.
  const same = text?.replaceAll(/asset:[0-9a-f-]{36}/g, 'asset')
  return { task: same, answer: `${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}` }
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  )
}

const WIDTH = 8

/** What is wrong with any of the bodies. */
async function problems(check: (one: DocumentedBody) => Promise<string[]>): Promise<string[]> {
  const found: string[] = []
  const left = bodies.values()
  const worker = async (): Promise<void> => {
    for (const one of left) {
      const about = `${one.path} ${one.path.endsWith('task') || one.path.endsWith('tasks') ? (one.operation?.id ?? '') : ''}`
      found.push(...(await check(one)).map((problem) => `${about}: ${problem}`))
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, worker))
  return found
}

const PLACEHOLDERS: Json[] = [null, '', []]

/**
 * The gateway's own route takes the inputs of all operations as they are, which PiAPI's route takes as well: of each input
 * it is tried with one placeholder, and with one file of each kind.
 */
const OWN_ROUTE = '/polyphony/v1/tasks'

async function placeholderProblems({ path, schema, body }: DocumentedBody): Promise<string[]> {
  const found: string[] = []
  const least = withoutOptional(schema, body)
  const isOwn = path === OWN_ROUTE
  for (const base of isOwn || JSON.stringify(least) === JSON.stringify(body) ? [body] : [body, least]) {
    const plain = await stored(path, base)
    if (plain.task === undefined) {
      if (base === body) found.push(`the example is refused: ${plain.answer}`)
      continue
    }
    for (const placeholder of isOwn ? PLACEHOLDERS.slice(0, 1) : PLACEHOLDERS) {
      const filled = withPlaceholders(schema, base, placeholder)
      const { task, answer } = await stored(path, filled.body)
      counts.placeholders += filled.count
      if (task !== plain.task) found.push(`with ${JSON.stringify(placeholder)}: ${task ?? answer}, not ${plain.task}`)
    }
  }
  return found
}

/** With as many of the absent numbers and booleans as go together: those that an error names are left out. */
async function fullestOf({ path, schema, body }: DocumentedBody): Promise<{ body: JsonObject; plain: Stored }> {
  const inner = isJsonObject(body.input) ? 'input' : undefined
  const at = inner ? (body.input as JsonObject) : body
  const words = inner ? ((schema.properties as JsonObject).input as JsonObject) : schema
  let added = absentScalars(words, at)
  for (;;) {
    const filled = { ...at, ...Object.fromEntries(added) }
    const whole = inner ? { ...body, input: filled } : filled
    const plain = await stored(path, whole)
    if (plain.task !== undefined || added.length === 0) return { body: whole, plain }
    const kept = added.filter(([name]) => !new RegExp(`\\b${name}\\b`).test(plain.answer))
    added = kept.length < added.length ? kept : added.slice(1)
  }
}

async function textProblems(one: DocumentedBody): Promise<string[]> {
  if (one.path === OWN_ROUTE) return []
  const { body, plain } = await fullestOf(one)
  const written = asTexts(one.schema, body)
  if (written.count === 0) return []
  counts.texts += written.count
  const { task, answer } = await stored(one.path, written.body)
  return task === plain.task ? [] : [`as texts: ${task ?? answer}, not ${plain.task}`]
}

const MEDIA_TYPES = { image: 'image/png', video: 'video/mp4', audio: 'audio/mpeg', application: 'application/zip' }
const FILE_URL = 'https://1.1.1.1/a%20file.bin?of=a%20caller'
/** Spellings of that URL. Of each kind of file, every one has several ways at once; alone they are tried in a unit's test. */
const URL_SPELLINGS = ['HTTPS://1.1.1.1/a file.bin?of=a caller', ' https://1.1.1.1/a%20file.bin?of=a\n%20caller\r\n']

/** Spellings of a file in a data URI. */
function uriSpellings(mediaType: string, content: string): string[] {
  return [
    `data:${mediaType};charset=utf-8;name="a, b.png";base64,${content}`,
    `DATA:${mediaType.toUpperCase()};name=x.png;BASE64,${urlSafe(content)}`,
    ` data:${mediaType}; base64, ${wrapped(content)}\n`,
  ]
}

/** Spellings of a file in base64 alone. */
function bareSpellings(content: string): string[] {
  return [urlSafe(content), ` ${wrapped(content)}\n`]
}

/** In the alphabet for URLs, without padding. */
function urlSafe(content: string): string {
  return content.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** In lines, as MIME has it. */
function wrapped(content: string): string {
  return content.replaceAll(/.{76}/g, '$&\r\n')
}

const contents = new Map<string, string>()

/** A file whose base64 has padding and both characters in which the alphabets differ. */
async function contentOf(mediaType: string): Promise<string> {
  const known = contents.get(mediaType)
  if (known !== undefined) return known
  const bytes = (await sampleFiles[mediaType]?.()) ?? new Uint8Array()
  // What follows a file's own end is not read; an archive ends with the length of its comment.
  const rest = mediaType === 'application/zip' ? 0 : 6 - (bytes.length % 3)
  const content = Buffer.concat([bytes, Buffer.from('fbfffbfffbff', 'hex').subarray(0, rest && rest - 1)]).toString(
    'base64',
  )
  contents.set(mediaType, content)
  return content
}

/** The body with a text in the place of another, wherever it is. */
function withFile(value: Json, from: string, to: string): Json {
  if (value === from) return to
  if (Array.isArray(value)) return value.map((one) => withFile(one, from, to))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withFile(one, from, to)]))
}

type SentFile = Pick<NamedFile, 'value' | 'field' | 'media'>

/** The URLs of a body that its stored task has as files. */
function urlsOf(body: JsonObject, { task = '' }: Stored): SentFile[] {
  if (task === '') return []
  const { operation, input } = JSON.parse(task)
  const known = findOperation(operation)
  const text = JSON.stringify(body)
  return known ? filesIn(known.input, input).filter(({ value }) => text.includes(JSON.stringify(value))) : []
}

/** The pictures of a body that are data URIs, which the stored task has as references. */
function pictureUrisOf(value: Json, field = ''): SentFile[] {
  if (typeof value === 'string') return dataUriIn(value) ? [{ value, field, media: 'image' }] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, one]) => pictureUrisOf(one, `${field}.${name}`))
}

/** The fields of each route in which data URIs and base64 were tried. */
const triedFiles = new Set<string>()

async function fileProblems({ path, body }: DocumentedBody): Promise<string[]> {
  const found: string[] = []
  const files = [...urlsOf(body, await stored(path, body)), ...pictureUrisOf(body)]
  for (const { value, media, field } of new Map(files.map((file) => [file.value, file])).values()) {
    const check = async (expected: string, spellings: string[]): Promise<void> => {
      const { task } = await stored(path, withFile(body, value, expected) as JsonObject)
      if (task === undefined) return // the field takes no such file
      for (const spelling of spellings) {
        counts.files++
        const { task: other, answer } = await stored(path, withFile(body, value, spelling) as JsonObject)
        if (other !== task)
          found.push(
            `${field} as ${spelling.slice(0, 60)}: ${(other ?? answer).slice(0, 300)}, not ${task.slice(0, 300)}`,
          )
      }
    }
    // PiAPI's route has the operations of all others: a field that is named and filled alike is read by the same code.
    const kind = `${path} ${field.replaceAll(/\d+/g, '0')} ${media}`
    const isTried = triedFiles.has(kind)
    if (!isTried || path !== OWN_ROUTE) await check(FILE_URL, URL_SPELLINGS)
    if (isTried) continue
    triedFiles.add(kind)
    const mediaType = MEDIA_TYPES[media === 'any' ? 'image' : media]
    const content = await contentOf(mediaType)
    await check(`data:${mediaType};base64,${content}`, uriSpellings(mediaType, content))
    if (media !== 'any') await check(content, bareSpellings(content))
  }
  return found
}

/** Thousands of requests, on machines that may be busy. */
const LONGEST_MS = 240_000

describe('in every protocol', () => {
  it(
    'a placeholder in a field that may be left out gives the same task as none',
    async () => {
      expect(await problems(placeholderProblems)).toEqual([])
      console.log(`${counts.placeholders} placeholders in ${bodies.length} bodies were read as absent.`)
      expect(counts.placeholders).toBeGreaterThan(LEAST_PLACEHOLDERS)
    },
    LONGEST_MS,
  )

  it(
    'a number or boolean as text gives the same task as itself',
    async () => {
      expect(await problems(textProblems)).toEqual([])
      console.log(`${counts.texts} numbers and booleans in ${bodies.length} bodies were read from texts.`)
      expect(counts.texts).toBeGreaterThan(LEAST_TEXTS)
    },
    LONGEST_MS,
  )

  it(
    'a file in another spelling gives the same task as in the plain one',
    async () => {
      expect(await problems(fileProblems)).toEqual([])
      console.log(`${counts.files} spellings of files in ${bodies.length} bodies were read as the plain ones.`)
      expect(counts.files).toBeGreaterThan(LEAST_FILES)
    },
    LONGEST_MS,
  )
})
