import type { Metric, Registry } from 'prom-client'

/**
 * Counters and histograms that count from the start of the process and cost an addition each. prom-client, which writes
 * them for Prometheus, is loaded when they are first read.
 */

interface Named<Label extends string> {
  name: string
  help: string
  labels: readonly Label[]
}

type Labels<Label extends string> = Readonly<Record<Label, string>>

/** Cannot be in a label: the values of labels come from lists of ours, and from paths of routes. */
const BETWEEN = '\u0000'

function keyOf<Label extends string>(labels: readonly Label[], values: Labels<Label>): string {
  const [first, ...rest] = labels
  let key: string = first === undefined ? '' : values[first]
  for (const label of rest) key += BETWEEN + values[label]
  return key
}

function labelsOf<Label extends string>(labels: readonly Label[], key: string): Record<string, string> {
  const values = key.split(BETWEEN)
  return Object.fromEntries(labels.map((label, index) => [label, values[index] ?? '']))
}

export class Counter<Label extends string> {
  readonly #named: Named<Label>
  readonly #counts = new Map<string, { value: number }>()

  constructor(named: Named<Label>) {
    if (!named.name.endsWith('_total')) throw new Error(`The counter ${named.name} must end in _total.`)
    this.#named = named
    if (named.labels.length === 0) this.#counts.set('', { value: 0 })
  }

  add(values: Labels<Label>, by = 1): void {
    this.at(values).value += by
  }

  /** The count with these labels, for who adds to it again and again. */
  at(values: Labels<Label>): { value: number } {
    const key = keyOf(this.#named.labels, values)
    let count = this.#counts.get(key)
    if (!count) {
      count = { value: 0 }
      this.#counts.set(key, count)
    }
    return count
  }

  registerIn(registry: Registry): void {
    const { name, help, labels } = this.#named
    const values = () => [...this.#counts].map(([key, { value }]) => ({ labels: labelsOf(labels, key), value }))
    register(registry, { name, help, type: 'counter', values })
  }
}

interface Series {
  /** How many values fell into each bucket and no lower one; the last counts those beyond all. */
  counts: number[]
  sum: number
}

export class Histogram<Label extends string> {
  readonly #named: Named<Label>
  readonly #buckets: readonly number[]
  readonly #series = new Map<string, Series>()

  /** `buckets`: upper limits, rising. */
  constructor(named: Named<Label>, buckets: readonly number[]) {
    this.#named = named
    this.#buckets = buckets
  }

  observe(values: Labels<Label>, value: number): void {
    this.add(this.at(values), value)
  }

  /** The series with these labels, for who adds to it again and again. */
  at(values: Labels<Label>): Series {
    const key = keyOf(this.#named.labels, values)
    let series = this.#series.get(key)
    if (!series) {
      series = { counts: Array(this.#buckets.length + 1).fill(0), sum: 0 }
      this.#series.set(key, series)
    }
    return series
  }

  add(series: Series, value: number): void {
    let index = 0
    while (index < this.#buckets.length && value > (this.#buckets[index] ?? 0)) index++
    series.counts[index] = (series.counts[index] ?? 0) + 1
    series.sum += value
  }

  registerIn(registry: Registry): void {
    const { name, help } = this.#named
    const values = () => [...this.#series].flatMap(([key, series]) => this.#samplesOf(key, series))
    register(registry, { name, help, type: 'histogram', values })
  }

  #samplesOf(key: string, { counts, sum }: Series): Sample[] {
    const { name, labels: names } = this.#named
    const labels = labelsOf(names, key)
    let count = 0
    const buckets = counts.map((more, index) => {
      count += more
      const le = this.#buckets[index] ?? '+Inf'
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ]
  }
}

interface Sample {
  metricName?: string
  labels: Record<string, string | number>
  value: number
}

interface Source {
  name: string
  help: string
  type: 'counter' | 'histogram'
  values: () => Sample[]
}

/** A registry asks its metrics for no more than this. */
function register(registry: Registry, { name, help, type, values }: Source): void {
  const metric = { name, get: async () => ({ name, help, type, aggregator: 'sum', values: values() }) }
  registry.registerMetric(metric as unknown as Metric)
}
