import { mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Disk } from 'flydrive'
import { expect, it } from 'vitest'
import { DAY_MS } from '../core/clock.ts'
import { removeLeftParts } from './put-stream.ts'

const BUCKET = { driver: {} } as unknown as Disk // only its kind is read

it('removes what is left of files on their way to a bucket after a day, and nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polyphony-parts-'))
  const now = Date.now()
  const old = new Date(now - DAY_MS - 1_000)
  const [left, recent, link] = [1, 2, 3].map(() => `polyphony-${crypto.randomUUID()}`) as [string, string, string] // three
  for (const name of [left, recent, 'polyphony-notes', 'other']) await writeFile(join(folder, name), 'x')
  for (const name of [left, 'polyphony-notes', 'other']) await utimes(join(folder, name), old, old)
  await symlink(join(folder, 'other'), join(folder, link))
  expect(await removeLeftParts(BUCKET, now, folder)).toBe(1)
  expect((await readdir(folder)).sort()).toEqual([recent, link, 'polyphony-notes', 'other'].sort())
  await rm(folder, { recursive: true })
})
