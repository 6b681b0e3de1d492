import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ABANDONED_MS, openWorkFolder, removeAbandoned } from './work-folder.ts'

let parent: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'work-folder-'))
})
afterEach(async () => {
  vi.useRealTimers()
  await rm(parent, { recursive: true })
})

it('folders of videos that nobody has marked for five minutes are removed, and nothing else', async () => {
  const old = ['polyphony-video-aaaaaa', 'polyphony-video-notes-of-mine', 'other-aaaaaa']
  for (const name of old) await mkdir(join(parent, name))
  await writeFile(join(parent, 'polyphony-video-aaaaaa', 'in.mp4'), 'half a video')
  await writeFile(join(parent, 'polyphony-video-bbbbbb'), 'a file')
  await symlink(join(parent, 'other-aaaaaa'), join(parent, 'polyphony-video-cccccc'))
  const now = Date.now() + ABANDONED_MS + 1_000
  await mkdir(join(parent, 'polyphony-video-dddddd'))
  await utimes(join(parent, 'polyphony-video-dddddd'), now / 1_000, now / 1_000 - 60)

  expect(await removeAbandoned(now, parent)).toBe(1)
  expect((await readdir(parent)).sort()).toEqual([
    'other-aaaaaa',
    'polyphony-video-bbbbbb',
    'polyphony-video-cccccc',
    'polyphony-video-dddddd',
    'polyphony-video-notes-of-mine',
  ])
})

it('a folder in use is marked, so that another gateway of the host leaves it', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const folder = await openWorkFolder(parent)
  await utimes(folder.path, 0, 0)
  vi.advanceTimersByTime(30_000)
  await expect.poll(async () => (await stat(folder.path)).mtimeMs, { interval: 5 }).toBeGreaterThan(0)
  expect(await removeAbandoned(Date.now(), parent)).toBe(0)
  await folder[Symbol.asyncDispose]()
  expect(await readdir(parent)).toEqual([])
})
