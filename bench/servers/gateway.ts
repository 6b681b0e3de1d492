const { openLog } = await import('../../src/compose/log.ts')
const { readConfig } = await import('../../src/config/config.ts')
const { startGateway } = await import('../../src/main.ts')
const { benchProvider } = await import('./bench-provider.ts')
const { polledProvider } = await import('./polled-provider.ts')

/**
 * The whole gateway; with `INSTANT_SLOTS`, live tasks go to a provider that is done at once, or, with
 * `POLLED_VENDOR`, to that vendor.
 */
const vendor = process.env.POLLED_VENDOR
const provider = vendor === undefined ? benchProvider() : polledProvider(vendor)
const slots = Number(process.env.INSTANT_SLOTS ?? 0)
const gateway = await startGateway(readConfig(process.env), {
  log: openLog(process.env.LOG_LEVEL ?? 'error', process.stderr),
  builtIn: process.env.INSTANT_SLOTS === undefined ? [] : [{ provider, mode: 'live', slots }],
})
process.stdout.write(`ready ${gateway.url}\n`)
process.on('SIGTERM', () => void gateway.close().then(() => process.exit(0)))
