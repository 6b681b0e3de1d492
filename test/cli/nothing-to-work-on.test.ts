import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { postgresPlace } from '../../src/core/postgres-url.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { polyphony } from '../support/command.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { freshDatabase, onDatabase } from '../support/postgres-database.ts'

/** Every command that works on what a server has made, with arguments that it accepts. */
const COMMANDS = [
  ['key', 'create', '--name', 'x'],
  ['key', 'list'],
  ['key', 'pair', 'x'],
  ['key', 'revoke', 'x'],
  ['key', 'show', 'x'],
  ['key', 'set', 'x', '--rpm', '1'],
  ['key', 'rotate', 'x'],
  ['tenant', 'create', 'x'],
  ['tenant', 'list'],
  ...['show', 'freeze', 'unfreeze', 'delete'].map((verb) => ['tenant', verb, 'x']),
  ['tenant', 'set', 'x', '--concurrency', '1'],
  ['ledger'],
  ['calls'],
  ['usage'],
  ['audit', 'list'],
  ['person', 'create', '--email', 'x@example.org', '--name', 'x'],
  ['person', 'list'],
  ...['show', 'reset', 'sessions', 'sign-out', 'remove'].map((verb) => ['person', verb, 'x']),
  ['person', 'set', 'x', '--blocked', 'yes'],
  ['member', 'list'],
  ...['add', 'set'].map((verb) => ['member', verb, 'x', '--tenant', 'x', '--role', 'viewer']),
  ['member', 'remove', 'x', '--tenant', 'x'],
  ['invitation', 'create', '--role', 'viewer'],
  ['invitation', 'list'],
  ['invitation', 'revoke', 'x'],
  ['account', 'add', 'luma', '--field', 'apiKey=x'],
  ['account', 'set', 'x', '--slots', '1'],
  ['account', 'list'],
  ...['show', 'test', 'debug', 'drain', 'resume', 'disable', 'enable', 'remove'].map((verb) => ['account', verb, 'x']),
  ['credit', '5'],
  ['code', 'create', '5'],
  ['code', 'list'],
  ['code', 'revoke', 'x'],
  ['payment', 'list'],
  ['announcement', 'create', 'x'],
  ['announcement', 'list'],
  ['announcement', 'remove', 'x'],
  ['retention', 'show'],
  ['retention', 'set', '--media', '1'],
  ['health'],
  ['routing'],
  ['task', 'list'],
  ['task', 'show', 'x'],
  ['task', 'cancel', 'x'],
  ['webhook', 'list'],
  ['webhook', 'replay', 'x'],
  ['webhook', 'secret'],
  ['reconcile'],
  ['reconcile', '--rebuild'],
  ['backup', 'x.tar.gz'],
  ['migrate'],
  ['import', 'new-api', 'x.db'],
  ['import', 'one-api', 'x.db'],
  ['export', 'tasks'],
  ['migrate', '--dry-run'],
  ['price', 'list'],
  ['price', 'set', 'suno/music', '--usd', '1'],
  ['price', 'end', 'x'],
  ['price', 'history'],
  ['price', 'preview'],
  ['price', 'export'],
  ['price', 'import', '/dev/null'],
  ['price', 'group', 'x', 'gold'],
  ['cost', 'list'],
  ['cost', 'set', 'suno/music', '--provider', 'piapi', '--usd', '1'],
  ['cost', 'end', 'x'],
  ['cost', 'history'],
  ['cost', 'export'],
  ['cost', 'import', '/dev/null'],
  ['report', 'margin'],
  ['adopt', 'secret'],
  ['adopt', 'storage'],
]
/** They make a database, or need none. */
const OTHERS = [
  'serve',
  'demo',
  'restore',
  'move',
  'import piapi',
  'account providers',
  'config check',
  'config show',
  'config schema',
  'doctor',
  'mcp',
]

describe('a command where there is no Polyphony', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'polyphony-nothing-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('the list above names every command', async () => {
    const { programOf } = await import('../../src/cli/program.ts')
    const named = [...COMMANDS.map(([first = '', second = '']) => nameOf(first, second)), ...OTHERS]
    expect([...new Set(named)].sort()).toEqual(leavesOf(await programOf()).sort())
  })

  it.each(COMMANDS.map((args) => ({ args, title: args.join(' ') })))(
    'polyphony $title makes nothing in the folder, and says what to set',
    async ({ args }) => {
      const dataDir = join(folder, 'data')
      expect(await polyphonyHere(args, { DATA_DIR: dataDir })).toEqual({
        code: 1,
        stdout: '',
        stderr: `polyphony: No Polyphony in ${dataDir}; set DATA_DIR or DATABASE_URL. "polyphony serve" makes one.\n`,
      })
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it('an empty file in the place of the database is no Polyphony', async () => {
    writeFileSync(join(folder, 'polyphony.db'), '')
    const { code, stderr } = await polyphony(['reconcile'], { DATA_DIR: folder })
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('No Polyphony in') })
    expect(readdirSync(folder)).toEqual(['polyphony.db'])
  })

  it('on PostgreSQL, commands make nothing in an empty database, nor in the data folder', async () => {
    const url = await freshDatabase()
    const env = { DATABASE_URL: url, DATA_DIR: join(folder, 'data') }
    for (const args of [['key', 'list'], ['credit', '5'], ['reconcile'], ['backup', join(folder, 'x.tar.gz')]]) {
      const { code, stderr } = await polyphony(args, env)
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining(`No Polyphony in the database ${postgresPlace(url)};`),
      })
    }
    const tables = "select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public'"
    expect((await onDatabase(url, (client) => client.query(tables))).rows).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })

  it('a command that signs asks for the secret of the server, and makes no other', async () => {
    const url = await freshDatabase()
    await (await openPostgres({ url })).close()
    const env = { DATABASE_URL: url, DATA_DIR: join(folder, 'data') }
    expect((await polyphony(['key', 'list'], env)).code).toBe(0)
    for (const args of [
      ['account', 'add', 'luma', '--field', 'apiKey=x'],
      ['account', 'list'],
    ]) {
      expect(await polyphony(args, env)).toMatchObject({
        code: 1,
        stderr: `polyphony: There is no secret in ${env.DATA_DIR}; set POLYPHONY_SECRET to that of the server, or DATA_DIR to its folder.\n`,
      })
    }
    expect(readdirSync(folder)).toEqual([])
  })

  it('polyphony account providers needs no database', async () => {
    const { code, stdout } = await polyphony(['account', 'providers'], { DATA_DIR: join(folder, 'data') })
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('luma') })
    expect(readdirSync(folder)).toEqual([])
  })
})

const GROUPS = [
  'import',
  'person',
  'member',
  'invitation',
  'code',
  'payment',
  'announcement',
  'retention',
  'audit',
  'config',
  'price',
  'cost',
  'report',
  'key',
  'tenant',
  'account',
  'task',
  'webhook',
]

function nameOf(first: string, second: string): string {
  return GROUPS.includes(first) ? `${first} ${second}` : first
}

function leavesOf(command: Command, path: string[] = []): string[] {
  if (command.commands.length === 0) return [path.join(' ')]
  return command.commands.flatMap((one) => leavesOf(one, [...path, one.name()]))
}
