import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, CommanderError } from 'commander'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import packageJson from '../../package.json' with { type: 'json' }
import { programOf } from '../../src/cli/program.ts'
import { KNOWN_SETTINGS } from '../../src/compose/known-settings.ts'
import { readConfig } from '../../src/config/config.ts'
import { sourcesOf } from '../../src/config/config-file.ts'
import {
  blocksIn,
  commandsIn,
  type PageBlock,
  pagesOfProject,
  type WrittenCommand,
  wordsOf,
} from '../support/written-commands.ts'

/** What pages tell operators to type: each command is read by the program's own parser, and none is run. */

let pages: Map<string, string>
let commands: WrittenCommand[]
let blocks: PageBlock[]
let program: Command

beforeAll(async () => {
  pages = await pagesOfProject()
  commands = [...pages].flatMap(([page, markdown]) => commandsIn(page, markdown))
  blocks = [...pages].flatMap(([page, markdown]) => blocksIn(page, markdown))
  program = quiet(await programOf())
})

/** The same commands, which do nothing and print nothing. */
function quiet(command: Command): Command {
  command.configureOutput({ writeErr: () => {}, writeOut: () => {} })
  if (command.commands.length === 0) command.action(() => {})
  command.commands.forEach(quiet)
  return command
}

/** What is wrong with a command line; undefined where nothing is. */
async function faultOf({ words, isWhole }: WrittenCommand): Promise<string | undefined> {
  if (!isWhole) return faultOfNamed(words)
  try {
    await program.parseAsync(words, { from: 'user' })
    return undefined
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? undefined : error.message
    throw error
  }
}

/** A sentence may leave arguments out: the command and its options have to exist. */
function faultOfNamed(words: readonly string[]): string | undefined {
  let command = program
  let depth = 0
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word)
    if (!next) break
    command = next
    depth += 1
  }
  if (depth === 0 && !words[0]?.startsWith('-')) return `There is no command ${words[0]}.`
  const isGroup = command.commands.length > 0 && command !== program
  const following = words[depth]
  if (isGroup && following !== undefined && /^[a-z-]+$/.test(following) && !following.startsWith('-')) {
    return `There is no command ${words.slice(0, depth + 1).join(' ')}.`
  }
  const known = new Set([...command.options, ...program.options].flatMap(({ long, short }) => [long, short]))
  const wrong = words.flatMap((word) => {
    const [, name] = /^(--?[a-z][\w-]*)/.exec(word) ?? []
    return name === undefined || known.has(name) || name === '--help' || name === '-h' ? [] : [name]
  })
  return wrong.length === 0 ? undefined : `${words.slice(0, depth).join(' ')} has no option ${wrong.join(', ')}.`
}

describe('the commands that pages show', () => {
  it('a line of a shell is split into the words of its command', () => {
    expect(wordsOf('price set "*" --note \'from spring on\'  # all')).toEqual([
      'price',
      'set',
      '*',
      '--note',
      'from spring on',
    ])
    expect(wordsOf('key create --name a > key.txt')).toEqual(['key', 'create', '--name', 'a'])
    expect(wordsOf('export usage && echo done')).toEqual(['export', 'usage'])
  })

  it('a command that does not exist, an option that it has not and a missing argument are noticed', async () => {
    const fault = (text: string, isWhole: boolean) => faultOf({ where: '', words: wordsOf(text), isWhole })
    expect(await fault('price sett suno/music', true)).toBeDefined()
    expect(await fault('account set', true)).toBeDefined()
    expect(await fault('account set main --slotz 3', true)).toBeDefined()
    expect(await fault('account sett', false)).toBe('There is no command account sett.')
    expect(await fault('account set --slotz', false)).toBe('account set has no option --slotz.')
    expect(await fault('account set --slots', false)).toBeUndefined()
    expect(await fault('credit -25 --tenant acme', true)).toBeUndefined()
  })

  it('every command of every page is one of the program, with its options and arguments', async () => {
    const faults: string[] = []
    for (const command of commands) {
      const fault = await faultOf(command)
      if (fault !== undefined) faults.push(`${command.where}: polyphony ${command.words.join(' ')}: ${fault}`)
    }
    expect(faults).toEqual([])
    expect(commands.filter(({ isWhole }) => isWhole).length).toBeGreaterThan(40)
    for (const page of ['operations', 'accounts', 'move', 'prices', 'reliability']) {
      expect(
        commands.some(({ where }) => where.startsWith(`docs/${page}.md`)),
        page,
      ).toBe(true)
    }
  })

  it('every npm script of every page exists', () => {
    const scripts = new Set(Object.keys(packageJson.scripts))
    const named = [...pages].flatMap(([page, markdown]) =>
      [...markdown.matchAll(/npm run ([a-z][\w:-]*)/g)].map(({ 1: name = '' }) => ({ page, name })),
    )
    expect(named.filter(({ name }) => !scripts.has(name))).toEqual([])
    expect(named.length).toBeGreaterThan(5)
  })
})

describe('the blocks of pages', () => {
  it('every block of JSON and YAML is one, line by line where it is a log', () => {
    const read = blocks.filter(({ language }) => ['json', 'jsonl', 'yaml'].includes(language))
    for (const { page, line, language, text } of read) {
      const reading = () => {
        if (language === 'yaml') parse(text)
        else if (language === 'jsonl') for (const one of text.trim().split('\n')) JSON.parse(one)
        else JSON.parse(text)
      }
      expect(reading, `${page}:${line}`).not.toThrow()
    }
    expect(read.length).toBeGreaterThan(10)
  })

  it('every block for nginx is one that nginx takes, beside the block of the server', async ({ skip }) => {
    const [server, ...parts] = blocks.filter(({ language }) => language === 'nginx').map(({ text }) => text)
    expect(server).toMatch(/^map /)
    expect(parts.length).toBeGreaterThan(0)
    if (spawnSync('nginx', ['-v']).status !== 0) skip('There is no nginx here: `apt install nginx` brings one.')
    const folder = await mkdtemp(join(tmpdir(), 'polyphony-nginx-'))
    try {
      const plain = (server ?? '').replace('443 ssl', '127.0.0.1:8443').replaceAll(/^ *ssl_certificate.*\n/gm, '')
      const more = parts.map((text) => `server {\n listen 127.0.0.1:8444;\n${text}}\n`)
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${folder};`)
      const config = `pid ${folder}/pid;\nevents {}\nhttp {\n${paths.join('\n')}\naccess_log off;\n${[plain, ...more].join('\n')}}\n`
      await writeFile(join(folder, 'nginx.conf'), config)
      const { status, stderr } = spawnSync('nginx', ['-t', '-e', 'stderr', '-c', join(folder, 'nginx.conf')])
      expect([status, String(stderr)]).toEqual([0, expect.stringContaining('test is successful')])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('every configuration file of a page is read as one, with nothing unknown in it', async () => {
    const files = blocks.filter(({ text }) => /^# polyphony\.config\.yaml\n/.test(text))
    expect(files.length).toBeGreaterThan(0)
    const folder = await mkdtemp(join(tmpdir(), 'polyphony-pages-'))
    try {
      for (const { page, line, text } of files) {
        const secrets = { 'database-url': 'postgres://polyphony@db/polyphony', other: 'a secret of the page' }
        for (const [name, secret] of Object.entries(secrets)) await writeFile(join(folder, name), secret)
        // The secrets of a page are on another machine.
        const here = text.replaceAll(/\/run\/secrets\/([\w-]+)/g, (_, name: string) =>
          join(folder, name in secrets ? name : 'other'),
        )
        const path = join(folder, 'polyphony.config.yaml')
        await writeFile(path, here)
        const reading = () => readConfig(sourcesOf({ POLYPHONY_CONFIG: path }, folder), KNOWN_SETTINGS)
        expect(reading, `${page}:${line}`).not.toThrow()
      }
      await writeFile(join(folder, 'polyphony.config.yaml'), 'POLYPHONY_PRICE: {}\n')
      expect(() => readConfig(sourcesOf({}, folder), KNOWN_SETTINGS)).toThrow()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
