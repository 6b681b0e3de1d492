import type { Tracer } from '../core/tracer.ts'
import type { TaskObserver } from '../tasks/observer.ts'

/** Traces that are sent to a collector. */
export interface Tracing {
  tracer: Tracer
  /** Reports the life of tasks. */
  observer: TaskObserver
  /** Sends what was not sent yet. */
  close(): Promise<void>
}

export type Variable = (name: string) => string | undefined

/** The variables of the OpenTelemetry specification that are read, under their standard names. */
export const TRACING_VARIABLES: readonly { name: string; what: string; isSecret: boolean }[] = [
  { name: 'OTEL_SDK_DISABLED', what: 'true: no traces.', isSecret: false },
  { name: 'OTEL_SERVICE_NAME', what: 'The name of the service in traces.', isSecret: false },
  { name: 'OTEL_RESOURCE_ATTRIBUTES', what: 'Attributes of the service in traces.', isSecret: false },
  { name: 'OTEL_TRACES_EXPORTER', what: 'otlp, or none.', isSecret: false },
  { name: 'OTEL_TRACES_SAMPLER', what: 'Which traces are recorded.', isSecret: false },
  { name: 'OTEL_TRACES_SAMPLER_ARG', what: 'The ratio for the sampler.', isSecret: false },
  ...['', 'TRACES_'].flatMap((signal) => [
    { name: `OTEL_EXPORTER_OTLP_${signal}ENDPOINT`, what: 'The collector of traces.', isSecret: false },
    { name: `OTEL_EXPORTER_OTLP_${signal}HEADERS`, what: 'Headers for the collector.', isSecret: true },
    { name: `OTEL_EXPORTER_OTLP_${signal}PROTOCOL`, what: 'http/protobuf.', isSecret: false },
    { name: `OTEL_EXPORTER_OTLP_${signal}TIMEOUT`, what: 'How long the collector may take.', isSecret: false },
    { name: `OTEL_EXPORTER_OTLP_${signal}COMPRESSION`, what: 'gzip, or none.', isSecret: false },
    { name: `OTEL_EXPORTER_OTLP_${signal}CERTIFICATE`, what: "The collector's certificate.", isSecret: false },
    { name: `OTEL_EXPORTER_OTLP_${signal}CLIENT_KEY`, what: 'The key for the collector.', isSecret: false },
    { name: `OTEL_EXPORTER_OTLP_${signal}CLIENT_CERTIFICATE`, what: 'Its certificate.', isSecret: false },
  ]),
  { name: 'OTEL_BSP_SCHEDULE_DELAY', what: 'How long spans wait for others, in milliseconds.', isSecret: false },
  { name: 'OTEL_BSP_EXPORT_TIMEOUT', what: 'How long it may take to send spans.', isSecret: false },
  { name: 'OTEL_BSP_MAX_QUEUE_SIZE', what: 'Spans that may wait; more are dropped.', isSecret: false },
  { name: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', what: 'Spans that are sent at once.', isSecret: false },
]
