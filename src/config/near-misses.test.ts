import { describe, expect, it } from 'vitest'
import { nearMisses } from './near-misses.ts'
import { readSettings } from './read-settings.ts'

const KNOWN = [
  'PORT',
  'PUBLIC_URL',
  'DATABASE_URL',
  'POLYPHONY_PRICES',
  'POLYPHONY_MEDIA_DAYS',
  'POLYPHONY_ADMIN_KEY',
  'LUMAAI_API_KEY',
  'FAL_KEY',
  'REPLICATE_API_TOKEN',
  'RUNWAYML_API_SECRET',
]

describe('variables that are not read', () => {
  it.each([
    ['POLYPHONY_PRICE', 'POLYPHONY_PRICE is not a setting; was POLYPHONY_PRICES meant?'],
    ['POLYPHONY_MEDIA_DAY', 'POLYPHONY_MEDIA_DAY is not a setting; was POLYPHONY_MEDIA_DAYS meant?'],
    ['POLYPHONY_ADMINKEY_FILE', 'POLYPHONY_ADMINKEY_FILE is not a setting; was POLYPHONY_ADMIN_KEY meant?'],
    ['POLYPHONY_PORT', 'POLYPHONY_PORT is not a setting; was PORT meant?'],
    ['POLYPHONY_LASERS', 'POLYPHONY_LASERS is not a setting.'],
    ['MEDIA_DAYS', 'MEDIA_DAYS is not read; was POLYPHONY_MEDIA_DAYS meant?'],
    ['DATABASE_URI', 'DATABASE_URI is not read; was DATABASE_URL meant?'],
    ['LUMA_API_KEY', 'LUMA_API_KEY is not read; was LUMAAI_API_KEY meant?'],
    ['FAL_API_KEY', 'FAL_API_KEY is not read; was FAL_KEY meant?'],
    ['REPLICATE_API_KEY', 'REPLICATE_API_KEY is not read; was REPLICATE_API_TOKEN meant?'],
    ['RUNWAY_API_KEY', 'RUNWAY_API_KEY is not read; was RUNWAYML_API_SECRET meant?'],
  ])('the variable %s is named with what was probably meant', (name, warning) => {
    expect(nearMisses({ [name]: '1' }, KNOWN)).toEqual([warning])
  })

  it.each([
    'PORT',
    'PORT_FILE',
    'POST',
    'HOME',
    'PATH',
    'GITHUB_TOKEN',
    'HOSTNAME',
    'NODE_OPTIONS',
    'DATABASE_URL_FILE',
  ])('the variable %s gives no warning', (name) => {
    expect(nearMisses({ [name]: '1' }, KNOWN)).toEqual([])
  })

  it('a variable gives no warning when the one that it resembles is set, too', () => {
    expect(nearMisses({ LUMA_API_KEY: '1', LUMAAI_API_KEY: '2' }, KNOWN)).toEqual([])
    expect(nearMisses({ LUMA_API_KEY: '1', LUMAAI_API_KEY_FILE: '/run/key' }, KNOWN)).toEqual([])
  })

  it('the variables that Kubernetes sets for a service called polyphony give no warning', () => {
    const env = {
      POLYPHONY_SERVICE_HOST: '10.0.0.7',
      POLYPHONY_SERVICE_PORT: '8080',
      POLYPHONY_SERVICE_PORT_HTTP: '8080',
      POLYPHONY_PORT: 'tcp://10.0.0.7:8080',
      POLYPHONY_PORT_8080_TCP: 'tcp://10.0.0.7:8080',
      POLYPHONY_PORT_8080_TCP_PROTO: 'tcp',
    }
    expect(nearMisses(env, KNOWN)).toEqual([])
  })
})

describe('names in a file that has nothing but settings', () => {
  it.each([
    ['PROT', 'PORT'],
    ['PORTT', 'PORT'],
    ['FAL_KYE', 'FAL_KEY'],
    ['port', 'PORT'],
    ['publicUrl', 'PUBLIC_URL'],
    ['adminKey', undefined],
    ['NAME', undefined],
    ['KEY', undefined],
  ])('%s is named with %s, however short it is', (name, meant) => {
    const source = { title: 'the file', values: { [name]: '1' }, isComplete: true } as const
    const knowledge = { names: [{ name: 'FAL_KEY', what: 'A key.', isSecret: true }], checks: {} }
    const end = meant === undefined ? '.' : `; was ${meant} meant?`
    expect(readSettings([source], knowledge).faults).toEqual([`the file has "${name}", which is not a setting${end}`])
  })
})
