import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openGateway } from '../support/gateway.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/polyphony.js', import.meta.url))
const PAGE = new URL('../../docs/prices.md', import.meta.url)

/** The blocks of code of the page, by their language. */
async function blocks(): Promise<{ language: string; name: string; text: string }[]> {
  const page = await readFile(PAGE, 'utf8')
  return [...page.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)].map(([, language = '', name = '', text = '']) => ({
    language,
    name,
    text,
  }))
}

describe('docs/prices.md', () => {
  it('every command of the page runs, one after the other, with the files of the page', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polyphony-price-page-'))
    try {
      const all = await blocks()
      for (const { name, text } of all.filter((one) => one.name !== '')) await writeFile(join(folder, name), text)
      const commands = all.filter(({ language }) => language === 'sh').map(({ text }) => text)
      expect(commands.length).toBeGreaterThan(4)
      const script = ['set -e', `polyphony() { "${process.execPath}" "${PROGRAM}" "$@"; }`, ...commands].join('\n')
      const dataDir = join(folder, 'data')
      await (await openGateway({ dataDir }))[Symbol.asyncDispose]()
      const env = { PATH: process.env.PATH, DATA_DIR: dataDir }
      const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder, env })
      expect(stdout).toContain('x0.9')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('every request of the page succeeds', async () => {
    await using gateway = await openGateway()
    const requests = (await blocks()).filter(({ language }) => language === 'http')
    expect(requests).toHaveLength(4)
    for (const { text } of requests) {
      const [line = '', ...body] = text.trim().split('\n')
      const [method = '', path = ''] = line.split(' ')
      const sending = body.length === 0 ? {} : { body: JSON.parse(body.join('\n')) }
      expect(await gateway.send(method, path, sending), line).toMatchObject({ status: 200 })
    }
  })
})
