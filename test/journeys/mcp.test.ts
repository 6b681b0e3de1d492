import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isJsonObject, type JsonObject } from '../../src/core/json.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** MCP as hosts of language models speak it: the official client, over real HTTP, in both families of its revisions. */

let gateway: TestGateway
const clients: Client[] = []

beforeAll(async () => {
  gateway = await openGateway({ env: { POLYPHONY_CORS_ORIGINS: 'https://allowed.example' } })
})
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()))
  await gateway?.stop()
})

interface Connecting {
  key?: string
  path?: string
  revision?: '2025' | '2026'
}

async function connected({ key = TEST_KEY, path = '/mcp', revision = '2026' }: Connecting = {}): Promise<Client> {
  const mode = revision === '2026' ? 'auto' : 'legacy'
  const client = new Client({ name: 'journey', version: '1.0.0' }, { versionNegotiation: { mode } })
  const requestInit = { headers: { authorization: `Bearer ${key}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(path, gateway.url), { requestInit }))
  clients.push(client)
  return client
}

type Result = Awaited<ReturnType<Client['callTool']>>

function dataOf({ structuredContent }: Result): JsonObject {
  if (!isJsonObject(structuredContent)) throw new Error('The result has no structured content.')
  return structuredContent
}

function textOf({ content }: Result): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
}

describe.each(['2025', '2026'] as const)('a client of the revisions of %s', (revision) => {
  it('finds an operation, asks for its price, and makes a song that it waits for, with progress', async () => {
    const client = await connected({ key: LIVE_KEY, revision })
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      'find_operations',
      'describe_operation',
      'quote',
      'submit',
      'wait',
      'get_task',
      'cancel_task',
      'balance',
      'history',
    ])
    const call = (name: string, args: JsonObject) => client.callTool({ name, arguments: args })

    const found = dataOf(await call('find_operations', { query: 'song', kind: 'clips' }))
    expect(found.operations).toContainEqual(expect.objectContaining({ id: 'suno/music', available: true }))
    const described = dataOf(await call('describe_operation', { operation: 'suno/music' }))
    expect(described).toMatchObject({ input_schema: { properties: { tags: { type: 'string' } } } })
    const order = { operation: 'suno/music', input: { prompt: '[Verse]\nThe last tram home', tags: 'folk' } }
    const quoted = dataOf(await call('quote', order))
    expect(quoted).toMatchObject({ is_affordable: true, price_points: expect.any(Number) })

    const made = dataOf(await call('submit', { ...order, idempotency_key: `song-${revision}` }))
    const again = dataOf(await call('submit', { ...order, idempotency_key: `song-${revision}` }))
    expect(again.id).toBe(made.id)
    const reports: number[] = []
    const onprogress = ({ progress }: { progress: number }) => void reports.push(progress)
    const waiting = { name: 'wait', arguments: { task_id: String(made.id), seconds: 60 } }
    const song = await client.callTool(waiting, { onprogress, resetTimeoutOnProgress: true })
    expect(dataOf(song)).toMatchObject({ status: 'completed', price_points: quoted.price_points })
    expect(reports.length).toBeGreaterThan(0)
    expect(reports).toEqual(reports.toSorted((one, other) => one - other))
    const kinds = song.content.map(({ type }) => type)
    expect(kinds).toContain('resource_link')
    expect(kinds).toContain('image')
    const link = song.content.find((part) => part.type === 'resource_link' && part.mimeType === 'audio/mpeg')
    const file = await fetch(link?.type === 'resource_link' ? link.uri : '')
    expect(file.headers.get('content-type')).toBe('audio/mpeg')

    const listed = dataOf(await call('history', { limit: 1, kind: 'clips' }))
    expect(listed.tasks).toMatchObject([{ id: made.id }])
  })

  it('reads prompts and resources', async () => {
    const client = await connected({ revision })
    const { prompts } = await client.listPrompts()
    expect(prompts.map(({ name }) => name)).toContain('make_song')
    const { messages } = await client.getPrompt({ name: 'make_song', arguments: { about: 'fog', style: 'dub' } })
    expect(JSON.stringify(messages)).toContain('Style: dub')
    await expect(client.getPrompt({ name: 'make_song', arguments: {} })).rejects.toMatchObject({ code: -32_602 })
    const { contents } = await client.readResource({ uri: 'polyphony://operations' })
    expect(JSON.stringify(contents)).toContain('suno/music')
    const { resourceTemplates } = await client.listResourceTemplates()
    expect(resourceTemplates.map(({ name }) => name)).toEqual(['operation', 'task'])
    const one = await client.readResource({ uri: 'polyphony://operations/suno/music' })
    expect(JSON.stringify(one.contents)).toContain('make_instrumental')
    await expect(client.readResource({ uri: 'polyphony://nothing' })).rejects.toThrow()
  })
})
