import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Compile } from 'typebox/schema'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { polyphony } from '../support/command.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polyphony-config-command-'))
  file = join(folder, 'gateway.yaml')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const DATABASE_URL = 'postgres://polly:hunter2@db.example/shop?sslmode=require'

describe('polyphony config', () => {
  it('config check accepts a configuration that can be used, warns, and makes nothing', async () => {
    writeFileSync(file, 'POLYPHONY_MEDIA_DAYS: 7\n')
    const env = { DATA_DIR: join(folder, 'data'), LUMA_API_KEY: 'a' }
    const { code, stdout } = await polyphony(['config', 'check', '--config', file], env)
    expect(stdout.trim().split('\n')).toEqual([
      `The configuration can be used. It was read from the environment, ${file}.`,
      'Warning: LUMA_API_KEY is not read; was LUMAAI_API_KEY meant?',
    ])
    expect(code).toBe(0)
    expect(readdirSync(folder)).toEqual(['gateway.yaml'])
  })

  it('config check names every fault and ends with code 1', async () => {
    writeFileSync(file, 'PORT: http\nPOLYPHONY_PROVIDERS: [lumen]\n')
    const { code, stdout } = await polyphony(['--config', file, 'config', 'check', '--json'], { STORAGE_URL: 'ftp:x' })
    expect(JSON.parse(stdout)).toEqual({
      usable: false,
      faults: [
        expect.stringMatching(/^PORT must be/),
        expect.stringMatching(/^STORAGE_URL must begin with/),
        expect.stringMatching(/^POLYPHONY_PROVIDERS names "lumen"/),
      ],
      warnings: [],
      sources: ['the environment', file],
    })
    expect(code).toBe(1)
  })

  it('config show gives each value with its source, and no secret', async () => {
    writeFileSync(file, 'POLYPHONY_PRICES: {suno: x1.2}\nPOLYPHONY_UPSTREAM_URL: http://me:hunter2@other.example\n')
    const secrets = { POLYPHONY_SECRET: 'hunter2-hunter2-hunter2', LUMAAI_API_KEY: 'hunter2', DATABASE_URL }
    const { code, stdout } = await polyphony(['config', 'show', '--config', file, '--json'], secrets)
    const { settings } = JSON.parse(stdout) as { settings: { name: string; value: string; from: string }[] }
    const shown = Object.fromEntries(settings.map(({ name, value, from }) => [name, [value, from]]))
    expect(shown).toMatchObject({
      PORT: ['8080', 'default'],
      POLYPHONY_PRICES: ['{"suno":"x1.2"}', file],
      POLYPHONY_SECRET: ['(hidden)', 'the environment'],
      LUMAAI_API_KEY: ['(hidden)', 'the environment'],
      DATABASE_URL: ['postgres://polly@db.example/shop', 'the environment'],
      POLYPHONY_UPSTREAM_URL: ['http://(hidden)@other.example', file],
    })
    expect(stdout).not.toContain('hunter2')
    expect(code).toBe(0)
  })

  it('config show names a setting that cannot be used', async () => {
    const database = 'postgres://polly:p@ss/w?x@db:5432/shop'
    const { code, stdout } = await polyphony(['config', 'show'], { LOG_LEVEL: 'loud', DATABASE_URL: database })
    expect(stdout).toMatch(/^DATABASE_URL +postgres:\/\/\(hidden\) +the environment$/m)
    expect(stdout).not.toContain('ss/w')
    expect(stdout).toMatch(/^LOG_LEVEL +loud +the environment$/m)
    expect(stdout).toContain('LOG_LEVEL must be one of')
    expect(code).toBe(1)
  })

  it('config schema accepts files that can be used, and refuses what the start refuses', async () => {
    const { stdout } = await polyphony(['config', 'schema'], {})
    const schema = Compile(JSON.parse(stdout))
    const good = {
      PORT: 80,
      POLYPHONY_PRICES: { suno: 'x1.2', '*': 5 },
      POLYPHONY_PROVIDERS: ['luma:2'],
      LUMAAI_API_KEY_FILE: '/run/key',
    }
    expect(schema.Check(good)).toBe(true)
    for (const bad of [{ PORT: 'http' }, { PORTS: 1 }, { LOG_LEVEL: 'loud' }, { POLYPHONY_PRICES: { suno: '1.2' } }]) {
      expect(schema.Check(bad)).toBe(false)
    }
  })
})
