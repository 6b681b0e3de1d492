import type { Logger } from 'pino'
import { type Config, ConfigError } from '../config/config.ts'
import type { Tracing } from '../tracing/parts.ts'
import { openTracing, tracingFaults } from '../tracing/tracing.ts'

/** Opens the traces that the variables of OpenTelemetry ask for; undefined without a collector. Throws a ConfigError. */
export async function openTraces({ variable }: Config, log: Logger): Promise<Tracing | undefined> {
  const faults = tracingFaults(variable)
  if (faults.length > 0) throw new ConfigError(faults)
  return openTracing(variable, log)
}
