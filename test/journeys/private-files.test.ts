import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'

let dataDir: string
let umask: number
beforeEach(async () => {
  umask = process.umask(0o000)
  dataDir = await mkdtemp(join(tmpdir(), 'polyphony-private-'))
  await chmod(dataDir, 0o755)
})
afterEach(async () => {
  process.umask(umask)
  await rm(dataDir, { recursive: true, force: true })
})

/** Every folder and file below, with its mode as in `rwx------`. */
async function modes(): Promise<Record<string, string>> {
  const entries = await readdir(dataDir, { recursive: true })
  const found = await Promise.all(
    ['', ...entries].map(async (name) => [name, ((await stat(join(dataDir, name))).mode & 0o777).toString(8)] as const),
  )
  return Object.fromEntries(found)
}

async function makeFiles(gateway: TestGateway): Promise<void> {
  const { task_id } = await gateway.piapi.create('lyrics', { prompt: 'rain' })
  await gateway.piapi.ended(task_id)
  const file = Buffer.from((await sampleFiles['image/png']?.()) ?? '').toString('base64')
  const uploaded = await gateway.send('POST', '/api/ephemeral_resource', {
    body: { file_name: 'a.png', file_data: `data:image/png;base64,${file}` },
  })
  expect(uploaded.status).toBe(200)
}

it('the data folder can be read by no other user of the machine, whatever the umask is', async () => {
  await using gateway = await openGateway({ dataDir })
  await makeFiles(gateway)
  const found = await modes()
  expect(Object.keys(found).filter((name) => name.endsWith('.png'))).toHaveLength(1)
  expect(Object.keys(found)).toEqual(expect.arrayContaining(['polyphony.db', 'polyphony.db-wal', 'polyphony.db-shm']))
  for (const [name, mode] of Object.entries(found)) expect(mode, name).toMatch(/^[67]00$/)
})

it('files that an earlier version left readable to others are made private at the start', async () => {
  const earlier = ['polyphony.db', 'polyphony.db-wal', 'polyphony.db.serve-lock', 'secret']
  await writeFile(join(dataDir, 'secret'), 'a secret of an earlier version', { mode: 0o644 })
  for (const name of earlier) await writeFile(join(dataDir, name), '', { flag: 'a', mode: 0o644 })
  await using gateway = await openGateway({ dataDir, env: { POLYPHONY_SECRET: '' } })
  expect((await gateway.send('GET', '/readyz')).status).toBe(200)
  for (const [name, mode] of Object.entries(await modes())) expect(mode, name).toMatch(/^[67]00$/)
})
