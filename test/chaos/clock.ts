/**
 * Loaded with `--import` into a gateway process: its clock differs by CHAOS_CLOCK_MS. From the start with
 * CHAOS_CLOCK_AT=start, else from the moment of a SIGUSR2, as when a time server corrects a clock in one step.
 */
const offsetMs = Number(process.env.CHAOS_CLOCK_MS ?? 0)

function shift(): void {
  const real = Date
  const now = (): number => real.now() + offsetMs
  globalThis.Date = new Proxy(real, {
    construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    apply: () => String(new real(now())),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  })
}

if (process.env.CHAOS_CLOCK_AT === 'start') shift()
else process.once('SIGUSR2', shift)

export {}
