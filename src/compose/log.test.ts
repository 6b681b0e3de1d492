import { describe, expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import { openLog } from './log.ts'
import { readable } from './readable-log.ts'

describe('the log on a terminal', () => {
  function terminal(env: Record<string, string>): { lines: string[]; log: ReturnType<typeof openLog> } {
    const lines: string[] = []
    const write = (text: string | Uint8Array): boolean => lines.push(String(text)) > 0
    return { lines, log: openLog('info', { fd: 1, isTTY: true, write }, env) }
  }

  it('is a line for people: the time of day, the level, the message and the rest', () => {
    const { lines, log } = terminal({ NO_COLOR: '1' })
    log.info({ route: '/api/v1/task/:id', status: 200, note: 'two words', list: [1] }, 'request')
    log.debug('of a level that is not logged')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} INFO {2}request route=\/api\/v1\/task\/:id status=200 note="two words" list=\[1\]\n$/,
    )
  })

  it('has the stack of an error below its line', () => {
    const { lines, log } = terminal({ NO_COLOR: '1' })
    log.error({ err: new Error('the disk burns'), code: 'internal' }, 'request failed')
    expect(lines[0]).toMatch(/ERROR request failed code=internal\n {4}Error: the disk burns\n {4} {4}at /)
  })

  it('has the message alone of an error that was expected, such as a full disk', () => {
    const { lines, log } = terminal({ NO_COLOR: '1' })
    const cause = new Error('ENOSPC: no space left on device')
    log.warn({ err: new PolyphonyError('storage_full', 'There is no room for the file.', { cause }) }, 'trying again')
    expect(lines[0]).toMatch(
      /WARN {2}trying again\n {4}There is no room for the file\.: ENOSPC: no space left on device\n$/,
    )
    log.warn({ err: 'a text' }, 'of a library')
    expect(lines[1]).toMatch(/of a library\n {4}a text\n$/)
  })

  it.each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
  ])('with the environment %j it has colours: %s', (env, hasColors) => {
    const { lines, log } = terminal(env)
    log.warn('a warning')
    expect(lines[0]?.includes('\u001b[33mWARN')).toBe(hasColors)
  })

  it('lets no text of a client steer the terminal', () => {
    const format = readable({ hasColors: false })
    const line = format(JSON.stringify({ level: 'info', time: 0, msg: 'a\u001b[2Jb\r', id: 'c\u001b[31md', x: 'e\nf' }))
    expect(line.slice(0, -1)).not.toMatch(/\p{Cc}/u)
    expect(line.split('\n')).toHaveLength(2)
  })
})
