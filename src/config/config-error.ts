/** A setting that cannot be used. The message names the variable, or the file, and says what to do. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}
