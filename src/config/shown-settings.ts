import { postgresPlace } from '../core/postgres-url.ts'
import type { EffectiveSetting } from './read-settings.ts'
import { SETTINGS } from './settings.ts'

/** A setting that is in force, without the secrets in it. */
export interface ShownSetting {
  name: string
  value: string
  from: string
  what: string
}

/** All settings of ours, and of the names that others read those that are set. */
export function shownSettings(effective: readonly EffectiveSetting[]): ShownSetting[] {
  return effective
    .filter(({ name, found }) => found !== undefined || Object.hasOwn(SETTINGS, name))
    .map((setting) => {
      const { name, what, found, shownDefault } = setting
      const value = found ? visible(setting, found.text) : shownDefault
      return { name, value, from: found?.from ?? 'default', what }
    })
}

function visible({ isSecret }: EffectiveSetting, text: string): string {
  const [scheme] = /^postgres(?:ql)?:\/\//.exec(text) ?? []
  if (scheme !== undefined) return `${scheme}${postgresPlace(text)}`
  if (isSecret) return '(hidden)'
  return text.replace(/\S+/g, withoutUser)
}

/** A URL without the user and password: up to the last @, since a password may have all that ends one. */
function withoutUser(word: string): string {
  const from = word.indexOf('//')
  const to = word.lastIndexOf('@')
  return from !== -1 && to > from ? `${word.slice(0, from + 2)}(hidden)${word.slice(to)}` : word
}
