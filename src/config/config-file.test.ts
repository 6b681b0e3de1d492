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
    expect(() => read({ POLYPHONY_CONFIG: 'none.yaml' })).toThrow(/^There is no configuration file .*none\.yaml\.$/)
  })

  it('a configuration of files alone is one of the gateway', () => {
    write('polyphony.config.yaml', `DATA_DIR: ${folder}/data\nPORT: 0\n`)
    expect(readConfig(sourcesOf({}, folder), KNOWLEDGE)).toMatchObject({ port: 0, dataDir: join(folder, 'data') })
  })

  it('a number that is the value of a setting is read as it is written, since a key of digits is no number', () => {
    write(
      'polyphony.config.yaml',
      'POLYPHONY_SECRET: 12345678901234567890\nPOLYPHONY_ADMIN_KEY: 0123456789012345e3\nPORT: 0o17\n',
    )
    expect(values()).toMatchObject({
      POLYPHONY_SECRET: '12345678901234567890',
      POLYPHONY_ADMIN_KEY: '0123456789012345e3',
      PORT: 15,
    })
  })

  it('the mark and the line ends that editors of Windows write are no part of names and values', () => {
    write('polyphony.config.yaml', '\ufeffPORT: 1\r\nHOST: "[::1]"\r\n')
    write('.env', '\ufeffLOG_LEVEL="warn"\r\nexport POLYPHONY_MEDIA_DAYS=7 # a week\r\nDATA_DIR= data \r\n')
    expect(values()).toMatchObject({
      PORT: 1,
      HOST: '::1',
      LOG_LEVEL: 'warn',
      POLYPHONY_MEDIA_DAYS: 7,
      DATA_DIR: 'data',
    })
  })
})

/** Mistakes of people who write the file for the first time; each is a sentence, and none is passed over. */
describe('a mistake in a configuration file', () => {
  const utf16 = Buffer.from('\ufeffPORT: 8080\n', 'utf16le')
  const latin = Buffer.from('POLYPHONY_OIDC_NAME: caf\xe9\n', 'latin1')

  it.each<[string, string | Buffer, RegExp]>([
    ['in UTF-16, as PowerShell writes it', utf16, /gateway\.yaml is UTF-16, .*: save it as UTF-8\.$/],
    ['in another encoding than UTF-8', latin, /gateway\.yaml is not UTF-8: save it as UTF-8\.$/],
    ['indented by tabs', 'POLYPHONY_PRICES:\n\tsuno: 5\n', /Tabs are not allowed as indentation at line 2/],
    ['with two documents', 'PORT: 1\n---\nPORT: 2\n', /it holds several documents, divided by "---"; keep one\.$/],
    [
      'with a tag of another program',
      'PORT: !!js/function "x"\n',
      /cannot be read: Unresolved tag at line 1, column 7;/,
    ],
    ['with an alias of nothing', 'PORT: *aSecret\n', /cannot be read: Unresolved alias .* belongs in quotes\.$/],
    ['with a value like a tag', 'POLYPHONY_SECRET: !aSecret\n', /Unresolved tag at line 1, column 19; .* in quotes\.$/],
    [
      'with a value like a block',
      'POLYPHONY_SECRET: |aSecret\n',
      /extra characters at line 1, column 20; .* quotes\.$/,
    ],
    ['cut off in the middle', '{"PORT": 80', /cannot be read: Flow map must end with a \} at line 1/],
    ['written as .env', 'PORT=8080\nHOST=0.0.0.0\n', /must map names of settings to values, as in "PORT: 8080"\.$/],
    ['without a space after the colon', 'PORT:8080\n', /must map names of settings to values/],
  ])('a file %s is refused', (_title, content, message) => {
    writeFileSync(join(folder, 'gateway.yaml'), content)
    expect(() => read({ POLYPHONY_CONFIG: 'gateway.yaml' })).toThrow(message)
    expect(() => read({ POLYPHONY_CONFIG: 'gateway.yaml' })).not.toThrow(/aSecret/)
  })

  it.each<[string, string, string | RegExp]>([
    ['a list for a single value', 'HOST: [127.0.0.1, "::1"]', 'HOST must be a single value in the file, not a list.'],
    [
      'a map for a single value',
      'PUBLIC_URL: {https: //a.example}',
      'PUBLIC_URL must be a single value in the file, not a map.',
    ],
    [
      'a map for a list',
      'POLYPHONY_PROVIDERS: {luma: 20}',
      'POLYPHONY_PROVIDERS must be a list in the file, not a map.',
    ],
    ['a list for a map', 'POLYPHONY_PRICES:\n  - suno: 5', 'POLYPHONY_PRICES must be a map in the file, not a list.'],
    ['a host of digits', 'HOST: 127', /^HOST must be an address such as 127\.0\.0\.1 .* not "127"\.$/],
    [
      'a decimal comma in a price',
      'POLYPHONY_PRICES: {suno: "0,5"}',
      /"suno" must be whole points or a factor .* not "0,5"/,
    ],
    ['a currency in a price', 'POLYPHONY_PRICES: {suno: €5}', /"suno" must be whole points or a factor .* not "€5"/],
    ['sections', 'server: {port: 1}', 'polyphony.config.yaml has "server", which is not a setting.'],
    ['names in small letters', 'port: 1', 'polyphony.config.yaml has "port", which is not a setting; was PORT meant?'],
    ['yes for on', 'POLYPHONY_PUBLIC_PRICES: yes', /^POLYPHONY_PUBLIC_PRICES must be one of on, off, not "yes"\.$/],
  ])('%s is a fault that names the setting', (_title, content, fault) => {
    write('polyphony.config.yaml', content)
    const expected: unknown = typeof fault === 'string' ? fault : expect.stringMatching(fault)
    expect(read().faults).toEqual([expected])
  })

  it('a file of a program is refused, since settings are data', () => {
    write('polyphony.config.ts', 'export default {}')
    expect(() => read({ POLYPHONY_CONFIG: 'polyphony.config.ts' })).toThrow(
      /is a program; settings are written as YAML or/,
    )
  })

  it.each([
    'polyphony.yaml',
    'polyphony.config.yaml.txt',
    'polyphony.config.toml',
    'polyphony.config.ts',
    'polyphony.conf',
  ])('a file %s in the working folder is named as one that is not read', (name) => {
    write(name, 'PORT: 1\n')
    expect(read()).toMatchObject({
      faults: [],
      warnings: [expect.stringMatching(`^The file ${name} is not read: settings are in polyphony.config.yaml`)],
    })
  })
})

describe('a mistake in .env', () => {
  it.each<[string, string, string]>([
    ['a line as in YAML', '# a comment\n\nPORT: 1\n', '.env, line 3, is not written as NAME=value.'],
    ['a name with a space', 'MY PORT=1\n', '.env, line 1, is not written as NAME=value.'],
    ['a setting twice', 'PORT=1\nHOST=a\nPORT=2\n', '.env has PORT in lines 1 and 3; keep one.'],
    ['a quote that is not closed', 'HOST=a\nLOG_LEVEL="warn\n', '.env, line 2: the quote " is not closed.'],
    [
      'a quote that the next value closes',
      'DATA_DIR="/srv\nPOLYPHONY_METRICS_KEY="0123456789abcdef0123"\nPORT=1\n',
      '.env, line 2, belongs to the value in line 1, whose quote " is not closed there.',
    ],
    ['a name in small letters', 'port=1\n', 'port is not read; was PORT meant?'],
  ])('%s is a warning that says where', (_title, content, warning) => {
    write('.env', content)
    expect(read().warnings).toEqual([warning])
  })

  it('a value of several lines in quotes is one value', () => {
    write('.env', 'A="one\ntwo: three\n"\nPORT=1\n')
    expect(read()).toMatchObject({ warnings: [], values: { PORT: 1 } })
  })

  it('a file whose comments alone are in another encoding than UTF-8 is read, and one with such a value is not', () => {
    const latin = (text: string) => writeFileSync(join(folder, '.env'), Buffer.from(text, 'latin1'))
    latin('# Schl\xfcssel\nPORT=1\n')
    expect(read()).toMatchObject({ faults: [], warnings: [], values: { PORT: 1 } })
    latin('PORT=1\nPOLYPHONY_OIDC_NAME=caf\xe9\n')
    expect(() => read()).toThrow(/\.env is not UTF-8: save it as UTF-8\.$/)
  })

  it('a file in UTF-16 is refused, since every name in it would be passed over', () => {
    writeFileSync(join(folder, '.env'), Buffer.from('\ufeffPORT=8081\n', 'utf16le'))
    expect(() => read()).toThrow(/\.env is UTF-16, as PowerShell writes it: save it as UTF-8\.$/)
  })

  it('a file that an editor has called .env.txt is named as one that is not read', () => {
    write('.env.txt', 'PORT=1')
    expect(read().warnings).toEqual(['The file .env.txt is not read: settings are in .env.'])
  })
})
