import { setTimeout } from 'node:timers/promises'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import { version } from '../version.ts'
import { TRACING_VARIABLES, type Tracing, type Variable } from './parts.ts'
import { type NextIds, Spans } from './spans.ts'
import { taskSpans } from './task-spans.ts'
import { tracerOf } from './tracer.ts'

const SERVICE = 'polyphony'

/** How long a stop waits for a collector that does not answer. */
const CLOSE_MS = 3_000

/** OpenTelemetry's SDK with one exporter. It is set up here and nowhere registered: what is traced is traced by us. */
export function openOpenTelemetry(variable: Variable, log: Logger): Tracing {
  useVariables(variable)
  const warn = (message: string): void => log.warn({ reason: message }, 'traces are not sent')
  diag.setLogger(
    { error: warn, warn, info() {}, debug() {}, verbose() {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  const ids = new ChosenIds()
  const provider = new TracerProvider({
    sampler: samplerOf(variable),
    idGenerator: ids,
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': SERVICE, 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })), // OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), ...batchesOf(variable) })],
  })
  const spans = new Spans(provider.getTracer(SERVICE, version), ids)
  return {
    tracer: tracerOf(spans),
    observer: taskSpans(spans),
    async close() {
      const late = Symbol('late')
      const timeout = setTimeout(CLOSE_MS, late, { ref: false })
      const shutdown = provider.shutdown().catch(() => undefined) // what went wrong is in the diagnostics
      const outcome = await Promise.race([shutdown, timeout])
      if (outcome === late) warn('The collector did not take the last ones in time.')
    },
  }
}

/** The SDK reads the environment alone; ours may come from files too. */
function useVariables(variable: Variable): void {
  for (const { name } of TRACING_VARIABLES) {
    const value = variable(name)
    if (value !== undefined) process.env[name] = value
  }
}

/** Random ids, but for a span whose ids were chosen before. */
class ChosenIds implements IdGenerator, NextIds {
  spanId: string | undefined
  traceId: string | undefined
  readonly #random = new RandomIdGenerator()

  generateSpanId(): string {
    return this.spanId ?? this.#random.generateSpanId()
  }

  generateTraceId(): string {
    return this.traceId ?? this.#random.generateTraceId()
  }
}

function samplerOf(variable: Variable): Sampler {
  const ratio = Number(variable('OTEL_TRACES_SAMPLER_ARG') ?? 1)
  const [, parentBased, name] = /^(parentbased_)?(.*)$/.exec(variable('OTEL_TRACES_SAMPLER') ?? '') ?? []
  const root = rootSampler(name ?? '', ratio)
  // The default of the specification is parentbased_always_on.
  return parentBased === undefined && name !== '' ? root : new ParentBasedSampler({ root })
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'always_off') return new AlwaysOffSampler()
  return name === 'traceidratio' ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler()
}

function batchesOf(variable: Variable) {
  const given = {
    scheduledDelayMillis: variable('OTEL_BSP_SCHEDULE_DELAY'),
    exportTimeoutMillis: variable('OTEL_BSP_EXPORT_TIMEOUT'),
    maxQueueSize: variable('OTEL_BSP_MAX_QUEUE_SIZE'),
    maxExportBatchSize: variable('OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
  }
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, text]) => (text === undefined ? [] : [[name, Number(text)]])),
  )
}
