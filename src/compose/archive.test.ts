import { execFileSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { createGzip, gunzipSync, gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addMember, membersOf } from './archive.ts'

const AT = Date.UTC(2026, 0, 1)
let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'polyphony-archive-'))
  file = join(folder, 'backup.tar.gz')
})
afterAll(() => rmSync(folder, { recursive: true }))

async function write(members: Record<string, string>): Promise<void> {
  const archive = pack()
  const stored = pipeline(Readable.from(archive, { objectMode: false }), createGzip(), createWriteStream(file))
  for (const [name, content] of Object.entries(members)) {
    const bytes = Buffer.from(content)
    await addMember(archive, { name, sizeBytes: bytes.byteLength, modifiedAt: AT }, [bytes])
  }
  archive.finalize()
  await stored
}

async function read(): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for await (const { name, content } of membersOf(file)) found[name] = await text(content)
  return found
}

describe('an archive', () => {
  const members = { secret: 'a', 'tables/tasks/000000.jsonl': 'x'.repeat(200_000), empty: '', exact: 'y'.repeat(512) }

  it('has the members that were written, for this reader and for any tar', async () => {
    await write(members)
    expect(await read()).toEqual(members)
    const listed = execFileSync('tar', ['tzf', file]).toString().trim().split('\n')
    expect(listed).toEqual(Object.keys(members))
    expect(execFileSync('tar', ['xzOf', file, 'exact']).toString()).toBe(members.exact)
  })

  it('refuses content of another size than was said', async () => {
    const archive = pack()
    const read = text(Readable.from(archive, { objectMode: false }))
    const added = addMember(archive, { name: 'short', sizeBytes: 9, modifiedAt: AT }, [Buffer.from('four')])
    await expect(added).rejects.toThrow('Size mismatch')
    await expect(read).rejects.toThrow('Size mismatch')
  })

  it.each([
    ['is cut off', (whole: Buffer) => whole.subarray(0, whole.length - 40)],
    ['is no gzip', () => Buffer.from('not an archive')],
    ['is cut off within a member', (whole: Buffer) => gzipSync(gunzipSync(whole).subarray(0, 4_000))],
    [
      'has a damaged header',
      (whole: Buffer) => gzipSync(Buffer.concat([Buffer.from('S'), gunzipSync(whole).subarray(1)])),
    ],
  ])('that %s is refused', async (_, spoil) => {
    await write(members)
    writeFileSync(file, spoil(readFileSync(file)))
    await expect(read()).rejects.toThrow()
  })

  it.each(['../secret', '/etc/passwd', 'a//b', 'a/../../b'])('a member named "%s" is refused', async (name) => {
    await write({ [name]: 'x' })
    await expect(read()).rejects.toThrow(`It has a member that no backup has: "${name}".`)
  })
})
