import { useSyncExternalStore } from 'react'
import { keep, readKept } from '../shell/kept.ts'
import { en } from './en.ts'
import type { Template } from './templates.ts'

export type Key = keyof typeof en
export type Locale = 'en' | 'zh'
type Texts = Record<Key, string>

/** Texts of the gateway, which it sends in English; see `messages.ts`. */
interface Messages {
  texts: readonly Template[]
  codes: Readonly<Record<string, string>>
}

const KEPT = 'locale'

let locale: Locale = 'en'
let texts: Texts = en
let titles: Readonly<Record<string, string>> = {}
let messages: Messages | undefined
/** Texts of the operations' fields: many, and read on one page alone, with which they are loaded. */
let fields: { zhDescriptions: Readonly<Record<string, string>>; zhLabels: Readonly<Record<string, string>> } | undefined
let needsFields = false
const listeners = new Set<() => void>()

/** The language that was chosen, or else that of the browser. */
export function firstLocale(): Locale {
  const chosen = readKept(KEPT)
  if (chosen === 'en' || chosen === 'zh') return chosen
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** Loads a language and shows all texts in it. */
export async function setLocale(next: Locale): Promise<void> {
  if (next === 'zh') {
    const [{ zh }, { zhTitles }, { zhMessages, zhCodes }] = await Promise.all([
      import('./zh.ts'),
      import('./zh-catalog/titles.ts'),
      import('./zh-messages.ts'),
      needsFields ? loadFields() : undefined,
    ])
    texts = zh
    titles = zhTitles
    messages = { texts: zhMessages, codes: zhCodes }
  } else {
    texts = en
    titles = {}
    messages = undefined
  }
  locale = next
  keep(KEPT, next)
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
  for (const listener of listeners) listener()
}

/** To be awaited before a form of an operation is shown: its fields are then described in every language that is chosen. */
export async function needFieldTexts(): Promise<void> {
  needsFields = true
  if (locale === 'zh') await loadFields()
}

async function loadFields(): Promise<void> {
  fields ??= await import('./zh-catalog/fields.ts')
}

export function getLocale(): Locale {
  return locale
}

/** A text, with its `{names}` filled in; of `{count:task|tasks}`, the first word is for one, the other for all else. */
export function translate(key: Key, values: Record<string, string | number> = {}): string {
  return texts[key].replace(
    /\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g,
    (whole, name: string, one?: string, others?: string) => {
      const value = values[name]
      if (value === undefined) return whole
      return one === undefined ? String(value) : String(value) === '1' ? one : (others ?? '')
    },
  )
}

/** The title of an operation, which the catalogue has in English. */
export function translateTitle(title: string): string {
  return titles[title] ?? title
}

/** The description of an operation's field, which the catalogue has in English. */
export function translateDescription(description: string): string {
  return (locale === 'zh' && fields?.zhDescriptions[description]) || description
}

/** What a field of an operation is called, if its name in the API does not say it in this language. */
export function translateLabel(name: string): string | undefined {
  return translateIfKnown(`field.${name}`) ?? (locale === 'zh' ? fields?.zhLabels[name] : undefined)
}

export function getMessages(): Messages | undefined {
  return messages
}

/** A text that may exist under a name that is only known at run time. */
export function translateIfKnown(key: string): string | undefined {
  return texts[key as Key] // undefined where it is none
}

export function useLocale(): Locale {
  return useSyncExternalStore(subscribe, getLocale)
}

/** The texts of the language that is shown; the component is drawn again when it changes. */
export function useT(): typeof translate {
  useLocale()
  return translate
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
