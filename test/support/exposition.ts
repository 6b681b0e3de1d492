/** One sample of a scrape. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

export interface Exposition {
  /** By the name of the metric: `counter`, `gauge`, `histogram`. */
  types: Map<string, string>
  samples: Sample[]
  /** The sum of the samples with this name and these labels; undefined when there is none. */
  valueOf(name: string, labels?: Record<string, string>): number | undefined
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/

/** Reads the text format of Prometheus. Throws for a line that is none. */
export function parseExposition(text: string): Exposition {
  const types = new Map<string, string>()
  const samples: Sample[] = []
  for (const line of text.split('\n').filter(Boolean)) {
    const [, typed, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? []
    if (typed !== undefined && type !== undefined) types.set(typed, type)
    if (line.startsWith('#')) continue
    const [, name, labels = '', value] = LINE.exec(line) ?? []
    if (name === undefined) throw new Error(`This is no line of a scrape: ${line}`)
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text])
    samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) })
  }
  return {
    types,
    samples,
    valueOf(name, labels = {}) {
      const wanted = Object.entries(labels)
      const found = samples.filter(
        (one) => one.name === name && wanted.every(([key, text]) => one.labels[key] === text),
      )
      return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
    },
  }
}
