import Fastify from 'fastify'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DialectContext } from '../dialect.ts'
import { takeForms } from './form.ts'
import { bodyOf, parsed, typed } from './form-body.ts'

const schema = Type.Object({
  count: Type.Integer(),
  weight: Type.Number(),
  isOn: Type.Boolean(),
  seconds: Type.Union([Type.Integer({ minimum: 1 }), Type.Enum(['auto'])]),
  name: Type.String(),
  palette: Type.Object({ name: Type.String(), weight: Type.Optional(Type.Number()) }),
  codes: Type.Array(Type.String()),
  numbers: Type.Array(Type.Integer()),
})

describe('the texts of a form', () => {
  it('converts the texts of a form to the types of the schema', () => {
    const form = {
      count: '7',
      weight: '-1.5e1',
      isOn: 'true',
      seconds: '5',
      name: '7',
      palette: '{"name":"EMBER"}',
      codes: 'AA',
      numbers: '[1,2]',
      toString: '7',
    }
    expect(typed(schema, form)).toEqual({
      count: 7,
      weight: -15,
      isOn: true,
      seconds: 5,
      name: '7',
      palette: { name: 'EMBER' },
      codes: ['AA'],
      numbers: [1, 2],
      toString: '7',
    })
    const nested = { palette: { name: '7', weight: '0.5' } }
    expect(typed(schema, nested)).toEqual({ palette: { name: '7', weight: 0.5 } })
    expect(typed(schema, { codes: ['AA', 'BB'], numbers: ['1', '2'] })).toEqual({
      codes: ['AA', 'BB'],
      numbers: [1, 2],
    })
  })

  it('leaves a text that cannot be converted for the schema to refuse', () => {
    const form = { count: 'many', weight: '0x10', isOn: 'yes', seconds: 'auto', palette: '{"name":', codes: '[1' }
    expect(typed(schema, form)).toEqual({ ...form, codes: ['[1'] })
    expect(parsed('null', '{')).toBeUndefined()
  })

  it('takes the only element of a list where the schema has one value', () => {
    expect(typed(schema, { name: ['a'], count: ['7'] })).toEqual({ name: 'a', count: 7 })
    expect(typed(schema, { name: ['a', 'b'] })).toEqual({ name: ['a', 'b'] })
  })
})

describe('a body', () => {
  const app = Fastify()
  const limits: DialectContext['limits'] = { uploadMaxBytes: 1_000, uploadHours: 1, maxWaitSeconds: 1 }
  let base: string

  beforeAll(async () => {
    takeForms(app)
    app.post('/', async (request) => ({ ...(await bodyOf(request, { limits }, { maxFiles: 3 })), seen: request.body }))
    app.setErrorHandler((error, _request, reply) => reply.code(400).send(error))
    base = await app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(() => app.close())

  it('leaves a JSON body as it is', async () => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(base, { method: 'POST', headers, body: '{"count":"7","name":""}' })
    expect(await answer.json()).toMatchObject({ isForm: false, fields: { count: '7', name: '' } })
  })

  it('reads the files of a form as data URIs, and leaves out empty texts', async () => {
    const form = new FormData()
    form.append('name', 'a')
    form.append('empty', '')
    form.append('codes[]', 'AA')
    form.append('image', new Blob(['one']), 'a.png')
    form.append('extra[]', new Blob(['two']), 'b.png')
    const body = (await (await fetch(base, { method: 'POST', body: form })).json()) as { fields: object; seen: object }
    const uri = (text: string) => `data:application/octet-stream;base64,${Buffer.from(text).toString('base64')}`
    expect(body).toMatchObject({ isForm: true })
    expect(body.fields).toEqual({ name: 'a', codes: ['AA'], image: uri('one'), extra: [uri('two')] })
    // What is compared when the same Idempotency-Key comes again.
    expect(body.seen).toEqual(body.fields)
  })

  it('reads several files of one name as a list', async () => {
    const form = new FormData()
    for (const text of ['one', 'two']) form.append('image', new Blob([text]), 'a.png')
    const { fields } = (await (await fetch(base, { method: 'POST', body: form })).json()) as { fields: object }
    expect(fields).toEqual({ image: [expect.stringMatching(/^data:/), expect.stringMatching(/^data:/)] })
  })

  it('reads fields and files with a number in brackets as a list, in the order of their numbers', async () => {
    const form = new FormData()
    for (const index of [1, 0]) {
      form.append(`codes[${index}]`, `text ${index}`)
      form.append(`image[${index}]`, new Blob([`file ${index}`]), 'a.png')
    }
    form.append('mask[0]', new Blob(['mask']), 'm.png')
    const { fields } = (await (await fetch(base, { method: 'POST', body: form })).json()) as { fields: object }
    const uri = (text: string) => `data:application/octet-stream;base64,${Buffer.from(text).toString('base64')}`
    expect(fields).toEqual({
      codes: ['text 0', 'text 1'],
      image: [uri('file 0'), uri('file 1')],
      mask: [uri('mask')],
    })
  })

  it('reads names in brackets as members of objects, at every depth', async () => {
    const form = new FormData()
    const sent = {
      'palette[name]': 'EMBER',
      'palette[members][1][hex]': '#fff',
      'palette[members][0][hex]': '#000',
      'palette[members][0][weight]': '0.5',
      'palette[tags][]': 'warm',
    }
    for (const [name, value] of Object.entries(sent)) form.append(name, value)
    const { fields } = (await (await fetch(base, { method: 'POST', body: form })).json()) as { fields: object }
    const members = [{ hex: '#000', weight: '0.5' }, { hex: '#fff' }]
    expect(fields).toEqual({ palette: { name: 'EMBER', members, tags: ['warm'] } })
  })

  it('leaves out what a browser sends for inputs that are empty, without a gap in their list', async () => {
    const form = new FormData()
    const sent = {
      'codes[0]': '',
      'codes[1]': 'AA',
      'members[0][hex]': '',
      'members[1][hex]': '#fff',
      'none[0][b]': '',
    }
    for (const [name, value] of Object.entries(sent)) form.append(name, value)
    form.append('image', new File([], ''))
    const { fields } = (await (await fetch(base, { method: 'POST', body: form })).json()) as { fields: object }
    expect(fields).toEqual({ codes: ['AA'], members: [{ hex: '#fff' }] })
  })

  it.each([
    ['an empty file', { image: new Blob([]) }, 'image must not be an empty file'],
    [
      'a name that is both a text and an object',
      { palette: 'a', 'palette[name]': 'b' },
      'palette is in the form also as',
    ],
    ['a name that is both a list and an object', { 'a[0][b]': 'a', 'a[c]': 'b' }, 'a is both an object and a list'],
    [
      'a name within an object that is both',
      { 'palette[members][0][hex]': 'a', 'palette[members][weight]': 'b' },
      'palette.members is both an object and a list',
    ],
    [
      'a name within an element that is twice there',
      { 'palette[members][0][hex]': 'a', 'palette[members][0][hex][b]': 'b' },
      'palette.members[0].hex is in the form also as',
    ],
    [
      'a list of objects with a gap',
      { 'palette[members][0][hex]': 'a', 'palette[members][5][hex]': 'b' },
      'palette.members must have its elements in the places from 0 on, each once, not in 0, 5',
    ],
    ['a list of texts with a gap', { 'codes[0]': 'a', 'codes[2]': 'b' }, 'codes must have its elements in the places'],
    ['a list within an object that begins at 1', { 'palette[tags][1]': 'a' }, 'palette.tags must have its elements'],
  ])('refuses %s', async (_what, sent, message) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(sent)) form.append(name, value)
    const answer = await fetch(base, { method: 'POST', body: form })
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(message)])
  })
})
