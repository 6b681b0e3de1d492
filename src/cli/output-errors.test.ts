import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { isOfClosedOutput, watchOutput } from './output-errors.ts'

describe('an output that cannot be written', () => {
  const failing = (code: string): Writable =>
    new Writable({
      autoDestroy: false,
      write: (_chunk, _encoding, done) => done(Object.assign(new Error(`${code}: write`), { code })),
    })

  async function reportsOf(code: string): Promise<string[]> {
    const reports: string[] = []
    const [output, errors] = [failing(code), failing(code)]
    watchOutput((message) => reports.push(message), [output, errors])
    watchOutput((message) => reports.push(message), [output, errors]) // as the next command in the same process does
    for (const stream of [output, errors]) {
      const failed = new Promise((resolve) => stream.once('error', resolve))
      stream.write('a key that is shown once')
      await failed
    }
    return reports
  }

  it('is reported once, as on a full disk', async () => {
    expect(await reportsOf('ENOSPC')).toEqual(['The output could not be written: ENOSPC: write.'])
  })

  it('is told from another stream that fails with the same code, which is a failure of the command', async () => {
    const [output, other] = [failing('EPIPE'), failing('EPIPE')]
    watchOutput(() => {}, [output, failing('EPIPE')])
    const errorOf = async (stream: Writable): Promise<unknown> => {
      const failed = new Promise((resolve) => stream.once('error', resolve))
      stream.write('a line')
      return failed
    }
    expect(isOfClosedOutput(await errorOf(output))).toBe(true)
    expect(isOfClosedOutput(await errorOf(other))).toBe(false)
    const full = failing('ENOSPC')
    watchOutput(() => {}, [full, failing('ENOSPC')])
    expect(isOfClosedOutput(await errorOf(full))).toBe(false)
  })

  it('is not reported where the reader has read enough, such as head', async () => {
    expect(await reportsOf('EPIPE')).toEqual([])
  })
})
