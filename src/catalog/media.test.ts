import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { mediaUrl } from './fields.ts'
import { filesIn, replaceFiles, sentFilesWithin } from './media.ts'

const ASSET = 'asset:01234567-89ab-4cde-8f01-23456789ab00.png'
const schema = Type.Object({
  cover: Type.Optional(mediaUrl('image', 'A cover.')),
  prompt: Type.String(),
  input: Type.Object({}, { 'x-media-within': 'any' }),
})

const fieldsOf = (input: JsonObject) => filesIn(schema, input).map(({ field, value, media }) => [field, value, media])

describe('files in an object of unknown fields', () => {
  it('files in an object of unknown fields are found at any depth, as URLs, data URIs and references, together with those of known fields', () => {
    const input = {
      cover: 'https://a.example/cover.png',
      prompt: 'https://a.example/not-a-file',
      input: {
        image: 'http://a.example/1.png',
        loras: [{ path: 'HTTPS://A.example/2' }, { scale: 1 }],
        deep: { deeper: [['data:image/png;base64,AAAA'], null, true] },
        kept: ASSET,
      },
    }
    expect(fieldsOf(input)).toEqual([
      ['cover', 'https://a.example/cover.png', 'image'],
      ['input.image', 'http://a.example/1.png', 'any'],
      ['input.loras.0.path', 'HTTPS://A.example/2', 'any'],
      ['input.deep.deeper.0.0', 'data:image/png;base64,AAAA', 'any'],
      ['input.kept', ASSET, 'any'],
    ])
  })

  it.each([
    'see https://a.example/1.png',
    'https://a.example/1.png is my cat',
    'https://',
    'ftp://a.example/1.png',
    'data:image/png,AAAA',
    'asset:../secret.png',
    'A'.repeat(100_000),
    '',
  ])('a text that only resembles a file is not found as one: %.40s', (text) => {
    expect(fieldsOf({ prompt: '', input: { text, all: [text] } })).toEqual([])
  })

  it('replacing the files of an input changes nothing else of it', () => {
    const input = {
      prompt: 'p',
      input: { a: ['https://a.example/1', 7, { b: 'https://a.example/2', c: null }], d: 'd' },
    }
    const before = structuredClone(input)
    expect(replaceFiles(schema, input, ({ field }) => `<${field}>`)).toEqual({
      prompt: 'p',
      input: { a: ['<input.a.0>', 7, { b: '<input.a.2.b>', c: null }], d: 'd' },
    })
    expect(input).toEqual(before)
  })

  it('each file in an object of unknown fields has a path of its own, whatever the fields are called', () => {
    const input = JSON.parse(
      '{"a.b":"https://x.example/1","a":{"b":"https://x.example/2"},"a\\\\":{"b":"https://x.example/3"},"__proto__":"https://x.example/4"}',
    )
    const fields = fieldsOf({ prompt: '', input }).map(([field]) => field)
    expect(new Set(fields).size).toBe(4)
    const changed = replaceFiles(schema, { prompt: '', input }, ({ value }) => `${value}!`).input as JsonObject
    expect(Object.getOwnPropertyDescriptor(changed, '__proto__')?.value).toBe('https://x.example/4!')
    expect(Object.getPrototypeOf(changed)).toBe(Object.prototype)
  })

  it('files in an object of unknown fields are read in every spelling, and texts stay as they are', () => {
    const sent = {
      image_url: 'HTTPS://A.example/my fox.png',
      image_urls: [' https://a.example/1.png\n', 'DATA:image/png;name=x.png;base64,_-_-'],
      elements: [{ frame: 'data: image/png; base64, /+/+' }],
      prompt: 'https://a.example/1.png is my cat',
      path: ' https://a.example/lora.bin ',
      text: ' a fox ',
      n: 2,
    }
    expect(sentFilesWithin(sent)).toEqual({
      image_url: 'https://a.example/my%20fox.png',
      image_urls: ['https://a.example/1.png', 'data:image/png;base64,/+/+'],
      elements: [{ frame: 'data:image/png;base64,/+/+' }],
      prompt: 'https://a.example/1.png is my cat',
      path: 'https://a.example/lora.bin',
      text: ' a fox ',
      n: 2,
    })
  })
})
