import type { AccountField } from '../provider.ts'

/** A credential. It is sealed in the store and never shown again. */
export function secret(env: string, title: string, name = 'apiKey'): AccountField {
  return { name, env, title, isSecret: true }
}

/** The vendor's base URL, to be changed for other regions, proxies and self-hosted engines. */
export function baseUrl(env: string, fallback: string): AccountField {
  return { name: 'baseUrl', env, title: 'Base address', isSecret: false, default: fallback }
}

/** The base URL of an engine or gateway, which has no default. */
export function ownUrl(env: string): AccountField {
  return { name: 'baseUrl', env, title: 'Base address', isSecret: false }
}

export function optional(field: AccountField, fallback = ''): AccountField {
  return { ...field, default: fallback }
}
