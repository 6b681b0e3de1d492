import type { AccountField } from '../provider.ts'

/** A credential. It is sealed in the store and never shown again. */
export function secret(env: string, title: string, name = 'apiKey'): AccountField {
  return { name, env, title, isSecret: true }
}

/** The vendor's address, for other regions, proxies and engines of one's own. */
export function baseUrl(env: string, fallback: string): AccountField {
  return { name: 'baseUrl', env, title: 'Base address', isSecret: false, default: fallback }
}

/** The address of an engine or gateway that is somewhere else for everybody. */
export function ownUrl(env: string): AccountField {
  return { name: 'baseUrl', env, title: 'Base address', isSecret: false }
}

export function optional(field: AccountField, fallback = ''): AccountField {
  return { ...field, default: fallback }
}
