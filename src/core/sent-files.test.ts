import { describe, expect, it } from 'vitest'
import { bytesOfFile, dataUriIn, sentFile } from './sent-files.ts'

const CONTENT = `${'iVBORw0KGgo+'.repeat(4)}/w==`
const PNG = `data:image/png;base64,${CONTENT}`
const URL_SAFE = CONTENT.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const WRAPPED = CONTENT.replaceAll(/.{20}/g, '$&\r\n')

describe('a file of a request', () => {
  it.each([
    ['as it is', PNG],
    ['with parameters', `data:image/png;charset=utf-8;name=x.png;base64,${CONTENT}`],
    ['with a comma in a parameter', `data:image/png;name="a, b.png";base64,${CONTENT}`],
    ['with a parameter behind the mark of base64', `data:image/png;base64;name=x.png,${CONTENT}`],
    ['in upper case', `DATA:IMAGE/PNG;BASE64,${CONTENT}`],
    ['with white space around it', `\n ${PNG} \r\n`],
    ['with white space in its head', `data: image/png; base64, ${CONTENT}`],
    ['with line ends', `data:image/png;base64,${WRAPPED}`],
    ['in the alphabet for URLs, without padding', `data:image/png;base64,${URL_SAFE}`],
    ['with percent-encoded characters', `data:image/png;base64,${encodeURIComponent(CONTENT)}`],
  ])('is read from a data URI %s', (_how, text) => {
    expect(sentFile(text)).toBe(PNG)
    expect(bytesOfFile(text)).toEqual(Buffer.from(CONTENT, 'base64'))
  })

  it('may have a data URI without a media type', () => {
    expect(sentFile(`data:;base64,${CONTENT}`)).toBe(`data:application/octet-stream;base64,${CONTENT}`)
    expect(dataUriIn(`data:;base64,${CONTENT}`)).toMatchObject({ mediaType: 'application/octet-stream' })
  })

  it.each([URL_SAFE, WRAPPED, ` ${CONTENT}`, CONTENT.slice(0, -1)])('is read from bare base64: %j', (text) => {
    expect(sentFile(text)).toBe(CONTENT)
  })

  it.each([
    ['HTTPS://Example.COM/A.png', 'https://example.com/A.png'],
    [' https://example.com/a.png\n', 'https://example.com/a.png'],
    ['https://example.com/my red fox.png?a=b c', 'https://example.com/my%20red%20fox.png?a=b%20c'],
    ['https://example.com/a\n.png', 'https://example.com/a.png'],
    ['Http://example.com', 'http://example.com'],
    ['ASSET://0123', 'asset://0123'],
    ['https://example.com/a%20b.png', 'https://example.com/a%20b.png'],
  ])('is read from the URL %j', (text, url) => {
    expect(sentFile(text)).toBe(url)
  })

  it.each([
    '',
    'a fox',
    'data:nothing',
    'data:image/svg+xml;utf8,<svg/>',
    'data:what;base64,AAAA',
    'ftp://a.example/b',
  ])('is not found in %j, which stays for the rules of its field', (text) => {
    expect(sentFile(text)).toBe(text)
    expect(dataUriIn(text)).toBeUndefined()
  })

  it('of fourteen million characters is read in less than two seconds', () => {
    const line = `${'A'.repeat(76)}\r\n`
    const wrapped = `data:image/png;base64,${line.repeat(180_000)}`
    const before = performance.now()
    expect(sentFile(wrapped)).toHaveLength(22 + 76 * 180_000)
    expect(performance.now() - before).toBeLessThan(2_000)
  })
})
