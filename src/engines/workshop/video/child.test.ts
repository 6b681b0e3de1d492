import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** Opens files until there are no descriptors left, and starts a program then. */
const PROGRAM = `
  const { openSync } = await import('node:fs')
  const { startChild } = await import(${JSON.stringify(new URL('./child.ts', import.meta.url).href)})
  try {
    for (;;) openSync('/dev/null', 'r')
  } catch (error) {
    if (error.code !== 'EMFILE') throw error
  }
  const child = startChild('/bin/true', [], { folder: '/' })
  child.stdin.end('nobody reads it')
  const chunks = await Array.fromAsync(child.stdout)
  child.kill()
  console.log(JSON.stringify([chunks, await child.ended]))`

it('a program that cannot be started, as there are no file descriptors left, has ended, and nothing else has', async () => {
  const run = 'ulimit -n 64 && exec "$0" --input-type=module --eval "$1"'
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', run, process.execPath, PROGRAM])
  expect(JSON.parse(stdout)).toEqual([[], { code: null, said: 'it could not be started: EMFILE' }])
})
