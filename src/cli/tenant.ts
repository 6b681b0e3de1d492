import { Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { createTenant } from '../tenants/first-tenant.ts'
import { print, table, time, usd } from './print.ts'
import { withStore } from './with-store.ts'

export function tenantCommand(): Command {
  const command = new Command('tenant').description('Make and list tenants: who pays')
  command
    .command('create')
    .argument('<name>')
    .option('--concurrency <n>', 'unfinished tasks at once; more are parked', whole)
    .option('--max-staged <n>', 'parked tasks at once; more are refused', whole)
    .option('--json', 'print JSON')
    .action(async (name: string, options: { concurrency?: number; maxStaged?: number; json?: boolean }) => {
      await withStore(async (store) => {
        const taken = (await store.listTenants({})).some((tenant) => tenant.name === name)
        if (taken) throw new PolyphonyError('invalid_input', `There is a tenant "${name}" already.`)
        const tenant = await createTenant({ store, clock: systemClock }, name, {
          maxConcurrent: options.concurrency ?? null,
          ...(options.maxStaged === undefined ? {} : { maxStaged: options.maxStaged }),
        })
        print(options.json, tenant, [
          `Tenant ${tenant.name} (${tenant.id}) exists. Next: polyphony credit AMOUNT --tenant ${name}`,
        ])
      })
    })
  command
    .command('list')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      await withStore(async (store) => {
        const tenants = await Promise.all(
          (await store.listTenants({})).map(async (tenant) => ({
            ...tenant,
            balance: await store.getBalance({ tenantId: tenant.id }),
          })),
        )
        const rows = tenants.map(({ id, name, balance, createdAt }) => [
          id,
          name,
          balance ? usd(balance.available) : '-',
          balance ? usd(balance.held) : '-',
          String(balance?.active ?? 0),
          time(createdAt),
        ])
        print(options.json, tenants, table(['id', 'name', 'available', 'held', 'unfinished', 'since'], rows))
      })
    })
  return command
}

function whole(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number.')
  return value
}
