import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { chunked, rawRequest } from '../support/raw-request.ts'

const MIB = 2 ** 20
const GENERATE = '/ideogram/v1/ideogram-v3/generate'
const BOUNDARY = 'a-boundary'

function fileHead(field: string): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="a.png"\r\n\r\n`
}

describe('a multipart form', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await openGateway()
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  /** Sends as much as the gateway reads until it answers; without a length, in chunks. */
  function send(path: string, parts: Iterable<string | Buffer>, length?: number) {
    function* all(): Generator<string | Buffer> {
      yield `POST ${path} HTTP/1.1\r\nHost: gateway\r\nx-api-key: ${TEST_KEY}\r\n`
      yield `Content-Type: multipart/form-data; boundary=${BOUNDARY}\r\n`
      yield length === undefined ? 'Transfer-Encoding: chunked\r\n\r\n' : `Content-Length: ${length}\r\n\r\n`
      for (const part of parts) yield length === undefined ? chunked(part) : part
      if (length === undefined) yield '0\r\n\r\n'
    }
    return rawRequest(gateway.url, all())
  }

  it('that announces more than a body may hold is refused before it is read', async () => {
    const answer = await send(GENERATE, [fileHead('style_reference_images')], 31 * 9 * MIB)
    expect(answer).toMatchObject({
      status: 413,
      body: expect.stringContaining('The form holds more than 16777216 bytes'),
    })
  })

  it('that sends more than a body may hold is refused as soon as it does', async () => {
    const megabyte = Buffer.alloc(MIB, 'x')
    function* parts(): Generator<string | Buffer> {
      for (let number = 0; number < 10; number++) {
        yield fileHead('style_reference_images')
        for (let count = 0; count < 9; count++) yield megabyte
        yield '\r\n'
      }
    }
    const answer = await send(GENERATE, parts())
    expect(answer.status).toBe(413)
    expect(answer.sentBytes).toBeLessThan(40 * MIB)
  })

  it('with more files than a field accepts is refused while it is read, naming the field', async () => {
    const parts = Array.from({ length: 11 }, () => `${fileHead('style_reference_images[]')}x\r\n`)
    const answer = await send(GENERATE, [...parts, fileHead('image')])
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('style_reference_images has at most 10 files')
  })

  it('with a second file in a field for one is refused, naming the field', async () => {
    const mask = `${fileHead('mask')}x\r\n`
    const answer = await send('/v1/images/edits', [mask, mask, `--${BOUNDARY}--\r\n`])
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('mask has at most 1 file')
  })

  it('with a text longer than a field may be is refused, and not truncated', async () => {
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n`
    const answer = await send('/v1/images/edits', [head, 'x'.repeat(200_000), `\r\n--${BOUNDARY}--\r\n`])
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('prompt has at most 131072 bytes in a form')
  })

  it.each([
    ['/v1/images/edits', 'prompt'],
    [GENERATE, 'prompt'],
    ['/v1/videos', 'prompt'],
    ['/v1/files', 'purpose'],
    ['/v1/audio/transcriptions', 'model'],
  ])('with a text that is not UTF-8 is refused at %s, naming the field', async (path, field) => {
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n`
    const file = path === '/v1/audio/transcriptions' ? [`${fileHead('file')}x\r\n`] : []
    const answer = await send(path, [...file, head, Buffer.from([0x63, 0xe9, 0x21]), `\r\n--${BOUNDARY}--\r\n`])
    expect(answer.status).toBe(400)
    expect(answer.body).toContain(`${field} must be text in UTF-8`)
  })

  it('with more fields than a form may have is refused, and none is dropped', async () => {
    const field = (name: string) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nx\r\n`
    const fields = Array.from({ length: 51 }, (_, number) => field(`field${number}`))
    const answer = await send('/v1/images/edits', [...fields, `--${BOUNDARY}--\r\n`])
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('A form has at most 50 fields')
  })
})
