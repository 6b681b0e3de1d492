/** Settings that cannot be used. The message names every one of them, and says what to do. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  /** One sentence for each fault. */
  readonly faults: readonly string[]

  constructor(faults: string | readonly string[], options?: ErrorOptions) {
    const all = typeof faults === 'string' ? [faults] : faults
    super(
      all.length === 1
        ? all[0]
        : `${all.length} settings cannot be used:\n${all.map((one) => `  - ${one}`).join('\n')}`,
      options,
    )
    this.faults = all
  }
}

/** The sentences of an error, with the cause that the operating system or a parser gave. */
export function faultsOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)]
  const { cause } = error
  if (!(cause instanceof Error)) return error instanceof ConfigError ? error.faults : [error.message]
  return [`${error.message.replace(/\.$/, '')}: ${cause.message.replace(/\.$/, '')}.`]
}
