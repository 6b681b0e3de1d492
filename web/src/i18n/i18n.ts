import { useSyncExternalStore } from 'react'
import { en } from './en.ts'

export type Key = keyof typeof en
export type Locale = 'en' | 'zh'
type Texts = Record<Key, string>

const STORED = 'polyphony.locale'

let locale: Locale = 'en'
let texts: Texts = en
let catalog: Readonly<Record<string, string>> = {}
const listeners = new Set<() => void>()

/** The language that was chosen, or else that of the browser. */
export function firstLocale(): Locale {
  const chosen = localStorage.getItem(STORED)
  if (chosen === 'en' || chosen === 'zh') return chosen
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** Loads a language and shows all texts in it. */
export async function setLocale(next: Locale): Promise<void> {
  if (next === 'zh') {
    const [{ zh }, { zhCatalog }] = await Promise.all([import('./zh.ts'), import('./zh-catalog.ts')])
    texts = zh
    catalog = zhCatalog
  } else {
    texts = en
    catalog = {}
  }
  locale = next
  localStorage.setItem(STORED, next)
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
  for (const listener of listeners) listener()
}

export function getLocale(): Locale {
  return locale
}

/** A text, with its `{names}` filled in. */
export function translate(key: Key, values: Record<string, string | number> = {}): string {
  return texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** A title or a description of the catalogue, which are in English, in the language that is shown, as far as it is known there. */
export function translateCatalog(text: string): string {
  return catalog[text] ?? text
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
