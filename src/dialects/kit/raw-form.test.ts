import { describe, expect, it } from 'vitest'
import { rawForm } from './raw-form.ts'

const SOUND = Buffer.from([0, 13, 10, 45, 45, 255, 13, 10, 13, 10, 200])

/** A form as the runtime writes it. */
async function written(fields: Record<string, string | Blob>): Promise<{ body: Buffer; type: string }> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  const request = new Request('http://x', { method: 'POST', body: form })
  return { body: Buffer.from(await request.arrayBuffer()), type: request.headers.get('content-type') ?? '' }
}

describe('raw forms', () => {
  it('a field gets another text, and every other byte stays', async () => {
    const { body, type } = await written({ model: 'mine', file: new Blob([SOUND]), prompt: 'la "la"', empty: '' })
    const form = rawForm(body, type)
    expect([form.text('model'), form.text('prompt'), form.text('empty'), form.text('none')]).toEqual([
      'mine',
      'la "la"',
      '',
      undefined,
    ])
    expect(form.bytes('file').equals(SOUND)).toBe(true)
    const changed = rawForm(form.withText('model', 'a longer name'), type)
    expect(changed.text('model')).toBe('a longer name')
    expect(changed.bytes('file').equals(SOUND)).toBe(true)
    expect(changed.withText('model', 'mine').equals(body)).toBe(true)
  })

  it.each([
    ['a name without quotes', 'name=model', 'model'],
    ['capital letters', 'NAME="model"', 'model'],
    ['a file name that looks like a name', 'filename="a; name=x"; name="file"', undefined],
  ])('%s is read', (_what, disposition, name) => {
    const text = `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\nx\r\n--b--`
    const form = rawForm(Buffer.from(text), 'multipart/form-data; boundary="b"')
    if (name !== undefined) expect(form.text(name)).toBe('x')
    else expect(form.has('model')).toBe(false)
  })

  it.each([
    ['', 'boundary=b'],
    ['--b', 'boundary=b'],
    ['--b\r\n', 'boundary=b'],
    ['--b\r\n\r\nx', 'boundary=b'],
    ['--bcontent\r\n\r\nx\r\n--b--', 'boundary=b'],
    ['--b--', ''],
    [`${'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n\r\n'.repeat(300)}--b--`, 'boundary=b'],
    [`--b\r\nx: ${'y'.repeat(20_000)}\r\n\r\n\r\n--b--`, 'boundary=b'],
  ])('a form that is none is refused (%#)', (text, boundary) => {
    expect(() => rawForm(Buffer.from(text), `multipart/form-data; ${boundary}`)).toThrow(
      /^The body is not valid as multipart: /,
    )
  })
})
