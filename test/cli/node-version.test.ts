import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../../bin/polyphony.js', import.meta.url))

/** Runs the program as if under another version of Node.js. */
async function under(version: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const pretends = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  const args = ['--import', `data:text/javascript,${encodeURIComponent(pretends)}`, PROGRAM, '--version']
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, args)) }
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string } // as execFile rejects
  }
}

it.each(['20.20.2', '22.17.1'])('an older Node.js prints the required version in one line: %s', async (version) => {
  expect(await under(version)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(`^polyphony: Node.js 22.18 or later is needed, and this is ${version}. .*\n$`),
  })
})

it('the oldest Node.js that package.json allows runs the program', async () => {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(engines.node).toBe('>=22.18')
  expect(await under('22.18.0')).toMatchObject({ code: 0 })
})
