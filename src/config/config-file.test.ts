import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { sourcesOf } from './config-file.ts'
import { type Knowledge, readSettings } from './read-settings.ts'

const KNOWLEDGE: Knowledge = { names: [{ name: 'LUMAAI_API_KEY', what: 'A key.', isSecret: true }], checks: {} }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polyphony-config-file-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, content: string) => writeFileSync(join(folder, name), content)
const read = (env: Record<string, string> = {}) => readSettings(sourcesOf(env, folder), KNOWLEDGE)
const values = (env?: Record<string, string>) => {
  const { values, faults } = read(env)
  expect(faults).toEqual([])
  return values
}

describe('a configuration file', () => {
  it.each([
    ['polyphony.config.yaml', 'PORT: 18080\nPOLYPHONY_MEDIA_DAYS: 0.5\nLUMAAI_API_KEY: a key\n'],
    ['polyphony.config.yml', 'PORT: "18080"\nPOLYPHONY_MEDIA_DAYS: 0.5\nLUMAAI_API_KEY: a key\n'],
    [
      'polyphony.config.json',
      '{"$schema": "./schema.json", "PORT": 18080, "POLYPHONY_MEDIA_DAYS": 0.5, "LUMAAI_API_KEY": "a key"}',
    ],
  ])('%s in the working folder is read, with the names of the variables', (name, content) => {
    write(name, content)
    expect(values()).toMatchObject({ PORT: 18_080, POLYPHONY_MEDIA_DAYS: 0.5 })
    expect(read().variable('LUMAAI_API_KEY')).toBe('a key')
  })

  it('prices and lists are written in a file as maps and lists', () => {
    const lines = [
      'POLYPHONY_PRICES:',
      '  suno/music: 500000',
      '  "*": x1.2',
      'POLYPHONY_PROVIDERS:',
      '  - luma:20',
      '  - openai',
    ]
    write('polyphony.config.yaml', lines.join('\n'))
    expect(values()).toMatchObject({
      POLYPHONY_PRICES: [
        { of: 'suno/music', points: 500_000 },
        { of: '*', factor: 1.2 },
      ],
      POLYPHONY_PROVIDERS: [
        { id: 'luma', slots: 20 },
        { id: 'openai', slots: undefined },
      ],
    })
  })

  it('the environment is stronger than .env, and .env is stronger than the file', () => {
    write('polyphony.config.yaml', 'PORT: 1\nHOST: from-file\nLOG_LEVEL: debug\n')
    write('.env', 'PORT=2\nHOST=from-dotenv\n')
    expect(values({ PORT: '3' })).toMatchObject({ PORT: 3, HOST: 'from-dotenv', LOG_LEVEL: 'debug' })
    const found = new Map(read({ PORT: '3' }).effective.map((setting) => [setting.name, setting.found?.from]))
    expect(found.get('PORT')).toBe('the environment')
    expect(found.get('HOST')).toBe('.env')
    expect(found.get('LOG_LEVEL')).toBe('polyphony.config.yaml')
    expect(found.get('DATA_DIR')).toBeUndefined()
  })

  it('a variable that names a file is stronger than the value in a weaker source', () => {
    write('key', 'from-the-key-file-0123456789\n')
    write('polyphony.config.yaml', 'POLYPHONY_SECRET: from-the-configuration-file\n')
    const env = { POLYPHONY_SECRET_FILE: join(folder, 'key') }
    expect(values(env)?.POLYPHONY_SECRET).toBe('from-the-key-file-0123456789')
    expect(values({ POLYPHONY_SECRET: '' })?.POLYPHONY_SECRET).toBe('from-the-configuration-file')
  })

  it('a file that is named is read in place of the one in the working folder, with the .env beside it', () => {
    mkdirSync(join(folder, 'etc'))
    write('polyphony.config.yaml', 'PORT: 1\n')
    write('.env', 'HOST=here\n')
    write('etc/gateway.yaml', 'LOG_LEVEL: warn\n')
    write('etc/.env', 'HOST=there\n')
    expect(values({ POLYPHONY_CONFIG: 'etc/gateway.yaml' })).toMatchObject({
      PORT: 8_080,
      HOST: 'there',
      LOG_LEVEL: 'warn',
    })
  })

  it('a name that is not a setting is a fault in the file, and a warning in .env', () => {
    write('polyphony.config.yaml', 'PORTS: 1\nPOLYPHONY_PRICE: {}\nLUMA_API_KEY: a\n')
    write('.env', 'POLYPHONY_MEDIA_DAY=1\nOTHER_PROGRAM=1\n')
    const { faults, warnings, values } = read()
    expect(values).toBeUndefined()
    expect(faults).toEqual([
      'polyphony.config.yaml has "PORTS", which is not a setting; was PORT meant?',
      'polyphony.config.yaml has "POLYPHONY_PRICE", which is not a setting; was POLYPHONY_PRICES meant?',
      'polyphony.config.yaml has "LUMA_API_KEY", which is not a setting; was LUMAAI_API_KEY meant?',
    ])
    expect(warnings).toEqual(['POLYPHONY_MEDIA_DAY is not a setting; was POLYPHONY_MEDIA_DAYS meant?'])
  })

  it('two files in the working folder are refused', () => {
    write('polyphony.config.yaml', '')
    write('polyphony.config.json', '{}')
    expect(() => read()).toThrow('There are polyphony.config.yaml and polyphony.config.json; keep one')
  })

  it('an empty file sets nothing', () => {
    write('polyphony.config.yaml', '# nothing yet\n')
    expect(values()?.PORT).toBe(8_080)
  })

  it.each([
    ['PORT: [8080', /gateway\.yaml cannot be read: .* at line 2, column \d+\.$/],
    ['PORT: 1\nPORT: 2', /gateway\.yaml cannot be read: .*unique at line 2/],
    ['- PORT', /gateway\.yaml must map names of settings to values/],
  ])('a file that is not a map of settings is refused, and its content is not repeated: %j', (content, message) => {
    write('gateway.yaml', `${content}\n# a secret`)
    expect(() => read({ POLYPHONY_CONFIG: 'gateway.yaml' })).toThrow(message)
    expect(() => read({ POLYPHONY_CONFIG: 'gateway.yaml' })).not.toThrow(/secret/)
  })

  it('a file that is named and does not exist is refused', () => {
    expect(() => read({ POLYPHONY_CONFIG: 'none.yaml' })).toThrow(/none\.yaml cannot be read: ENOENT/)
  })

  it('a configuration of files alone is one of the gateway', () => {
    write('polyphony.config.yaml', `DATA_DIR: ${folder}/data\nPORT: 0\n`)
    expect(readConfig(sourcesOf({}, folder), KNOWLEDGE)).toMatchObject({ port: 0, dataDir: join(folder, 'data') })
  })
})
