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
  const isDatabase = /^postgres(ql)?:\/\//.test(text) && URL.canParse(text)
  if (isDatabase) return `${new URL(text).protocol}//${postgresPlace(text)}`
  if (isSecret) return '(hidden)'
  return text.replace(/\/\/[^/@\s]*@/, '//(hidden)@')
}
