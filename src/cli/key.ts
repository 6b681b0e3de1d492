import { Command, InvalidArgumentError } from 'commander'
import { listOperations } from '../catalog/catalog.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { KeyRecord } from '../core/key.ts'
import { usdToPoints } from '../core/points.ts'
import { type AccessPair, accessPair } from '../tenants/access-keys.ts'
import { createKey } from '../tenants/keys.ts'
import { print, table, time, usd } from './print.ts'
import { findTenant, withStore } from './with-store.ts'

interface CreateOptions {
  name: string
  tenant?: string
  test?: boolean
  admin?: boolean
  models?: string[]
  rpm?: number
  concurrency?: number
  spendLimit?: number
  expires?: number
  pair?: boolean
  json?: boolean
}

const SECRET = { usesSecret: true }

export function keyCommand(): Command {
  const command = new Command('key').description('Make, list and revoke API keys; show their access pairs')
  command
    .command('create')
    .description('Make a key; it is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .option('--tenant <name or id>', 'whose it is (default: the first tenant)')
    .option('--test', 'runs on the sandbox only, and costs nothing')
    .option('--admin', 'may do everything')
    .option('--models <list>', 'only these models, separated by commas', knownModels)
    .option('--rpm <n>', 'requests a minute', positive)
    .option('--concurrency <n>', 'unfinished tasks at once; more are parked', positive)
    .option('--spend-limit <usd>', 'how much it may spend in all', amount)
    .option('--expires <time>', 'a duration such as 30d, 12h or 45m', duration)
    .option('--pair', 'also print its access pair, for clients that sign their requests (Kling)')
    .option('--json', 'print JSON')
    .action(async (options: CreateOptions) => {
      await withStore(async (store, config) => {
        const tenant = await findTenant(store, options.tenant)
        const { key, record } = await createKey(
          { store, clock: systemClock },
          {
            tenantId: tenant.id,
            name: options.name,
            mode: options.test ? 'test' : 'live',
            role: options.admin ? 'admin' : 'member',
            allowedModels: options.models ?? null,
            requestsPerMinute: options.rpm ?? null,
            maxConcurrent: options.concurrency ?? null,
            spendLimitPoints: options.spendLimit === undefined ? null : usdToPoints(options.spendLimit),
            expiresAt: options.expires === undefined ? null : systemClock.now() + options.expires,
          },
        )
        const kling = accessPair(config.secret, record.keyId)
        print(options.json, { id: record.keyId, key, tenant: tenant.name, name: record.name, kling }, [
          key,
          `Key ${record.keyId} of ${tenant.name}. Only its hash is stored: it cannot be shown again.`,
          ...(options.pair ? linesOf(kling) : []),
        ])
      }, SECRET)
    })
  command
    .command('list')
    .description('List keys, without their secrets')
    .option('--tenant <name or id>', 'only this tenant')
    .option('--json', 'print JSON')
    .action(async (options: { tenant?: string; json?: boolean }) => {
      await withStore(async (store) => {
        const tenant = options.tenant === undefined ? null : await findTenant(store, options.tenant)
        const keys = await store.listKeys({ tenantId: tenant?.id ?? null })
        const names = new Map((await store.listTenants({})).map(({ id, name }) => [id, name]))
        const shown = keys.map(({ hash: _hash, ...key }) => key)
        const rows = shown.map((key) => [
          key.keyId,
          key.prefix,
          key.name,
          names.get(key.tenantId) ?? key.tenantId,
          key.mode,
          key.role,
          usd(key.spentPoints),
          limitsOf(key),
          time(key.expiresAt),
          key.revokedAt === null ? 'no' : time(key.revokedAt),
        ])
        print(
          options.json,
          shown,
          table(['id', 'key', 'name', 'tenant', 'mode', 'role', 'spent', 'limits', 'expires', 'revoked'], rows),
        )
      })
    })
  command
    .command('pair')
    .description('Show the access key and the secret key of a key, for clients that sign their requests (Kling)')
    .argument('<id>', 'from "key list"')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      await withStore(async (store, config) => {
        const record = await store.getKey({ id })
        if (!record || record.revokedAt !== null) {
          throw new PolyphonyError('not_found', `There is no unrevoked key ${id}.`)
        }
        const pair = accessPair(config.secret, id)
        print(options.json, pair, linesOf(pair))
      }, SECRET)
    })
  command
    .command('revoke')
    .description('Revoke a key; a running server forgets it within seconds')
    .argument('<id>', 'from "key list"')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      await withStore(async (store) => {
        const revoked = await store.revokeKey({ id, now: systemClock.now() })
        if (!revoked) throw new PolyphonyError('not_found', `There is no unrevoked key ${id}.`)
        print(options.json, { id, revoked }, [`Key ${id} is revoked.`])
      })
    })
  return command
}

function linesOf({ accessKey, secretKey }: AccessPair): string[] {
  return [`  access key  ${accessKey}`, `  secret key  ${secretKey}`]
}

/** Throws for a name that no operation has: a key for it could do nothing. */
function knownModels(text: string): string[] {
  const models = text.split(',').filter(Boolean)
  const known = new Set(listOperations().map(({ model }) => model))
  const unknown = models.filter((model) => !known.has(model))
  if (unknown.length > 0)
    throw new InvalidArgumentError(`There is no model ${unknown.join(', ')}. GET /api/v1/models lists them.`)
  return models
}

function limitsOf({
  requestsPerMinute,
  maxConcurrent,
  spendLimitPoints,
  allowedModels,
}: Omit<KeyRecord, 'hash'>): string {
  const limits = [
    requestsPerMinute === null ? [] : [`${requestsPerMinute} a minute`],
    maxConcurrent === null ? [] : [`${maxConcurrent} at once`],
    spendLimitPoints === null ? [] : [`${usd(spendLimitPoints)} in all`],
    allowedModels ?? [],
  ].flat()
  return limits.join(', ') || '-'
}

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above 0.')
  return value
}

function amount(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('It must be an amount in USD.')
  return value
}

const UNITS: Record<string, number> = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS }

function duration(text: string): number {
  const [, count, unit = ''] = /^(\d+)([dhm])$/.exec(text) ?? []
  const unitMs = UNITS[unit]
  if (!count || !unitMs) throw new InvalidArgumentError('It must be a duration such as 30d, 12h or 45m.')
  return Number(count) * unitMs
}
