import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { END, headerOf, membersIn, paddingOf } from './tar.ts'

const AT = Date.UTC(2026, 0, 1)

function archiveOf(members: Record<string, string>): Buffer {
  const parts = Object.entries(members).flatMap(([name, text]) => {
    const content = Buffer.from(text)
    return [headerOf(name, content.byteLength, AT), content, paddingOf(content.byteLength)]
  })
  return Buffer.concat([...parts, END])
}

/** In pieces of an odd size, as they may come from a disk. */
async function* pieces(archive: Uint8Array, size = 97): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < archive.byteLength; at += size) yield archive.subarray(at, at + size)
}

async function read(archive: Uint8Array): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for await (const { name, content } of membersIn(pieces(archive))) {
    const parts: Uint8Array[] = []
    for await (const part of content) parts.push(part)
    found[name] = Buffer.concat(parts).toString()
  }
  return found
}

describe('an archive', () => {
  const members = { secret: 'a', 'tables/tasks/000000.jsonl': 'x'.repeat(2_000), empty: '', exact: 'y'.repeat(512) }

  it('has the members that were written, for this reader and for any tar', async () => {
    const archive = archiveOf(members)
    expect(await read(archive)).toEqual(members)
    expect(execFileSync('tar', ['tf', '-'], { input: archive }).toString().trim().split('\n')).toEqual(
      Object.keys(members),
    )
    expect(execFileSync('tar', ['xOf', '-', 'exact'], { input: archive }).toString()).toBe(members.exact)
  })

  it('keeps sizes beyond eight gibibytes', async () => {
    const header = headerOf('large', 2 ** 40, AT)
    const { value } = await membersIn(pieces(header)).next()
    expect(value).toMatchObject({ name: 'large', sizeBytes: 2 ** 40 })
    expect(
      execFileSync('tar', ['tvf', '-'], { input: Buffer.concat([headerOf('a', 0, AT), END]) }).toString(),
    ).toContain('-rw')
  })

  it.each([
    ['is cut off in a member', (whole: Buffer) => whole.subarray(0, 700)],
    ['lacks its end', (whole: Buffer) => whole.subarray(0, whole.length - 1_024)],
    ['has something after its end', (whole: Buffer) => Buffer.concat([whole, Buffer.from('x')])],
    ['has a damaged header', (whole: Buffer) => Buffer.concat([Buffer.from('S'), whole.subarray(1)])],
  ])('that %s is refused', async (_, spoil) => {
    await expect(read(spoil(archiveOf(members)))).rejects.toMatchObject({ name: 'TarError' })
  })

  it.each(['../secret', '/etc/passwd', 'a//b', 'a/../../b', ''])('a member named "%s" is refused', async (name) => {
    const template = archiveOf({ [`${'z'.repeat(Math.max(1, name.length))}`]: '' })
    template.fill(0, 0, 100)
    template.write(name, 0)
    template.fill(0x20, 148, 156)
    const sum = template.subarray(0, 512).reduce((total, byte) => total + byte, 0)
    template.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    await expect(read(template)).rejects.toMatchObject({
      name: 'TarError',
      message: expect.stringContaining('no backup has'),
    })
  })
})
