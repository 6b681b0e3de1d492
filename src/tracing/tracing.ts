import type { Logger } from 'pino'
import type { Tracing, Variable } from './parts.ts'

/** Traces, if a collector is configured. Only then are OpenTelemetry's packages loaded. */
export async function openTracing(variable: Variable, log: Logger): Promise<Tracing | undefined> {
  if (!isOn(variable)) return undefined
  const { openOpenTelemetry } = await import('./open-telemetry.ts')
  return openOpenTelemetry(variable, log)
}

function isOn(variable: Variable): boolean {
  const endpoint = variable('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? variable('OTEL_EXPORTER_OTLP_ENDPOINT')
  const isDisabled = variable('OTEL_SDK_DISABLED')?.toLowerCase() === 'true'
  return endpoint !== undefined && !isDisabled && variable('OTEL_TRACES_EXPORTER') !== 'none'
}

/** Faults of the variables, as sentences; none where nothing is traced. */
export function tracingFaults(variable: Variable): string[] {
  if (!isOn(variable)) return []
  const signal = variable('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? variable('OTEL_EXPORTER_OTLP_PROTOCOL')
  const faults: string[] = []
  if (signal !== undefined && signal !== 'http/protobuf') {
    faults.push(`OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, not "${signal}"; collectors take it at port 4318.`)
  }
  for (const name of ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT']) {
    const url = variable(name)
    if (url === undefined || (/^https?:\/\//.test(url) && URL.canParse(url))) continue
    faults.push(`${name} must be a URL such as http://localhost:4318, not "${url}".`)
  }
  const sampler = variable('OTEL_TRACES_SAMPLER')
  if (sampler !== undefined && !SAMPLERS.includes(sampler)) {
    faults.push(`OTEL_TRACES_SAMPLER must be one of ${SAMPLERS.join(', ')}, not "${sampler}".`)
  }
  const ratio = variable('OTEL_TRACES_SAMPLER_ARG')
  if (ratio !== undefined && !(Number(ratio) >= 0 && Number(ratio) <= 1)) {
    faults.push(`OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, not "${ratio}".`)
  }
  return faults
}

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
]
