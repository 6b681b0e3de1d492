import { ConfigError } from '../config/config.ts'

/** All of the settings, or undefined where there is none of them. Throws a ConfigError that names those that are missing. */
export function together<Name extends string>(
  values: Readonly<Record<Name, string | undefined>>,
  names: Readonly<Record<Name, string>>,
): Record<Name, string> | undefined {
  const missing = (Object.keys(names) as Name[]).filter((name) => values[name] === undefined)
  if (missing.length === 0) return values as Record<Name, string> // none is missing
  if (missing.length === Object.keys(names).length) return undefined
  const all = Object.values(names).join(', ')
  throw new ConfigError(missing.map((name) => `${names[name]} is missing: ${all} are set together, or not at all.`))
}
