import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { openGateway } from '../support/gateway.ts'

/** Prices and costs by commands, which follow one another on one database. */
describe('the commands of prices and costs', () => {
  let folder: string
  const env = () => ({ DATA_DIR: folder, POLYPHONY_SECRET: 'a secret of the test, 32 characters' })
  const run = (...args: string[]) => polyphonyHere(args, env())
  async function json<Value = JsonObject>(...args: string[]): Promise<Value> {
    const { code, stdout, stderr } = await run(...args, '--json')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    return JSON.parse(stdout) as Value // as the caller says
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyphony-prices-'))
    await (await openGateway({ env: env(), dataDir: folder }))[Symbol.asyncDispose]()
    expect(await run('tenant', 'create', 'acme')).toMatchObject({ code: 0 })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('a price is set, listed, previewed, exported, imported and ended', async () => {
    const when = ['--when', 'mode=pro', 'duration=10']
    const set = ['price', 'set', 'kling/video_generation', '--usd', '0.05', '--per', 'duration', ...when]
    const rule = await json<{ id: string }>(...set, '--note', 'spring')
    expect(rule).toMatchObject({
      points: 500_000,
      per: 'duration',
      when: { mode: 'pro', duration: 10 },
      note: 'spring',
    })
    expect(rule).toMatchObject({ made_by: 'command line', tenant: null })
    await json('price', 'set', 'kling', '--factor', '0.9', '--group', 'gold')
    expect(await json('price', 'group', 'acme', 'gold')).toMatchObject({ group: 'gold' })
    expect(await json('price', 'list', '--group', 'gold')).toMatchObject([{ of: 'kling', factor: 0.9 }])
    const list = await run('price', 'list')
    expect(list.stdout).toContain('$0.05')
    expect(list.stdout).toContain('x0.9')

    const preview = await run('price', 'preview', 'kling/video_generation', '--tenant', 'acme')
    expect(preview.stdout).toMatch(/mode=pro; duration=10 +\$0\.66 +\$0\.45/)
    const file = join(folder, 'prices.csv')
    const { stdout: csv } = await run('price', 'export')
    await writeFile(file, csv.replace(',0.9,', ',0.8,'))
    const dry = await run('price', 'import', file, '--dry-run')
    expect(dry.stdout).toContain('1 would begin, 1 would end, 1 stay as they are.')
    expect(await json('price', 'import', file)).toMatchObject({ begun: [{ factor: 0.8 }], ended: [{ factor: 0.9 }] })
    const proposed = await run('price', 'preview', 'kling', '--tenant', 'acme', '--file', file)
    expect(proposed.stdout).toContain('proposed')
    expect(await readFile(file, 'utf8')).toContain('mode=pro; duration=10')

    expect(await json('price', 'end', rule.id)).toMatchObject({ id: rule.id, ended_at: expect.any(String) })
    expect(await json('price', 'history')).toHaveLength(3)
    expect(await json('price', 'list')).toHaveLength(1)
  })

  it('a cost is set and reported with the margin', async () => {
    await json('cost', 'set', '*', '--provider', 'piapi', '--factor', '0.8')
    expect(await json('cost', 'list', '--provider', 'piapi')).toMatchObject([{ factor: 0.8, account: null }])
    expect((await run('cost', 'export', '--format', 'json')).stdout).toContain('"factor": 0.8')
    expect(await json('report', 'margin', '--by', 'day')).toMatchObject({ rows: [], total: { tasks: 0 } })
    expect((await run('report', 'margin')).stdout).toContain('total')
  })

  it.each<[string, string[], number, string]>([
    ['a misspelt operation', ['price', 'set', 'suno/musik', '--usd', '1'], 1, 'was suno/music meant?'],
    ['no amount', ['price', 'set', 'suno'], 1, 'one of the three'],
    ['an amount that is no number', ['price', 'set', 'suno', '--usd', 'much'], 2, 'must be a number'],
    ['an unknown rule', ['price', 'end', 'x'], 1, 'No rule x is in force.'],
    ['an unknown tenant', ['price', 'list', '--tenant', 'nemo'], 1, 'No tenant "nemo"'],
    ['an unknown key of the report', ['report', 'margin', '--by', 'colour'], 2, 'Allowed choices'],
  ])('a command with %s says so and changes nothing', async (_title, args, code, words) => {
    const before = await json('price', 'history')
    const outcome = await run(...args)
    expect(outcome.code).toBe(code)
    expect(outcome.stderr).toContain(words)
    expect(await json('price', 'history')).toEqual(before)
  })

  const head = 'tenant,group,of,when,usd,factor,per,note\n'
  it('a file of prices that cannot be read is refused with the place and the rule, and changes nothing', async () => {
    const wrong: [name: string, content: string | Buffer, words: string][] = [
      ['p.csv', 'of;usd\nsuno/music;0,05\n', '<file> must have a comma between columns'],
      ['p.csv', 'model,price\nsuno,1\n', '<file> has an unknown column "model"'],
      ['p.csv', `${head},,suno/music,,"0,05",,,\n`, 'row 2, column usd: usd must be 0, or a number'],
      ['p.csv', `${head},,suno/music,,€0.05,,,\n`, 'row 2, column usd: usd must be 0, or a number'],
      ['p.csv', `${head},,suno/music,,-1,,,\n`, 'row 2, column usd: usd must be 0, or a number'],
      ['p.csv', '', '<file> must begin with the names of the columns'],
      ['p.json', '[{"of": ', '<file> must be JSON'],
      ['p.json', '{"suno/music": 5}', '<file> must be a list of rules'],
      ['p.xlsx', Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe]), 'p.xlsx is not text in UTF-8'],
    ]
    const before = await json('price', 'history')
    for (const [name, content, words] of wrong) {
      const file = join(folder, name)
      await writeFile(file, content)
      const outcome = await run('price', 'import', file)
      expect(outcome, words).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(words) })
    }
    expect(await json('price', 'history')).toEqual(before)
  })

  it('a file of prices that is not there is named, and one with the mark of a spreadsheet is read', async () => {
    const missing = join(folder, 'none.csv')
    expect((await run('price', 'import', missing)).stderr).toContain(`There is no file ${missing}.`)
    const marked = join(folder, 'marked.csv')
    await writeFile(marked, `\ufeff${head},,suno/lyrics,,0.5,,,\n`)
    expect((await run('price', 'import', marked, '--dry-run')).stdout).toContain('1 would begin')
  })

  it('a gateway that runs on the same database follows within seconds', async () => {
    await using gateway = await openGateway()
    const beside = { DATA_DIR: gateway.dataDir, POLYPHONY_SECRET: 'a secret of the test, 32 characters' }
    expect(await polyphonyHere(['price', 'set', 'suno/lyrics', '--points', '7'], beside)).toMatchObject({ code: 0 })
    const held = async () => {
      const { task_id } = await gateway.piapi.create('lyrics', { prompt: 'rain' })
      return (await gateway.store.getTask({ id: task_id }))?.pricePoints
    }
    await expect.poll(held, { timeout: 5_000 }).toBe(7)
  })
})
