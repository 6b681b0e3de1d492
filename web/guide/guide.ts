import MiniSearch from 'minisearch'
import { SEARCH_OPTIONS, type SearchEntry } from './search-options.ts'

/** What the pages of the guide can do beyond being read: search, copy code, and change their colours. */

const {
  up = '',
  search: indexPath = '',
  found: foundWords = '',
  nothing = '',
  copy = '',
  copied = '',
} = document.body.dataset

/** In the texts, where a gateway listens that was just installed. */
const EXAMPLE_ADDRESS = 'http://127.0.0.1:8080'
const MOST_FOUND = 12

function element<Kind extends HTMLElement>(selector: string): Kind {
  const one = document.querySelector<Kind>(selector)
  if (!one) throw new Error(`The page has no ${selector}.`)
  return one
}

addSearch()
addCopying()
addTheme()
addMenu()

function addSearch(): void {
  const input = element<HTMLInputElement>('#search')
  const box = element('#found')
  const list = element('#found ul')
  const status = element('#found [role=status]')
  let loading: Promise<MiniSearch<SearchEntry>> | undefined
  const load = (): Promise<MiniSearch<SearchEntry>> => {
    loading ??= fetch(up + indexPath).then(async (answer) => MiniSearch.loadJSON(await answer.text(), SEARCH_OPTIONS))
    return loading
  }

  async function show(): Promise<void> {
    const words = input.value.trim()
    box.hidden = words === ''
    if (words === '') return
    const index = await load()
    if (input.value.trim() !== words) return // typed on meanwhile
    const results = index.search(words).slice(0, MOST_FOUND)
    list.replaceChildren(...results.map((result) => itemOf(result as unknown as SearchEntry))) // with its stored fields
    status.textContent = results.length === 0 ? nothing : `${results.length} ${foundWords}`
  }

  input.addEventListener('focus', () => void load())
  input.addEventListener('input', () => void show())
  const search = element('search')
  search.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      box.hidden = true
      input.focus()
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const stops = [input, ...list.querySelectorAll('a')]
      const at = stops.indexOf(document.activeElement as HTMLInputElement)
      stops.at((at + (event.key === 'ArrowDown' ? 1 : -1)) % stops.length)?.focus()
    } else if (event.key === 'Enter' && event.target === input) list.querySelector('a')?.click()
  })
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Node && !search.contains(target)) box.hidden = true
  })
  document.addEventListener('keydown', (event) => {
    const isCommand = event.key === 'k' && (event.ctrlKey || event.metaKey)
    const isSlash = event.key === '/' && document.activeElement === document.body
    if (!isCommand && !isSlash) return
    event.preventDefault()
    input.focus()
  })
}

function itemOf({ address, title, heading, start }: SearchEntry): HTMLLIElement {
  const item = document.createElement('li')
  const link = document.createElement('a')
  link.href = up + address
  const name = document.createElement('b')
  name.textContent = heading === '' ? title : `${title} › ${heading}`
  const words = document.createElement('span')
  words.textContent = start
  link.append(name, words)
  item.append(link)
  return item
}

/** Calls can be copied as they are: they have the address of the gateway that serves this page. */
function addCopying(): void {
  const address = new URL(`${up}..`, location.href).href.replace(/\/$/, '')
  const inText = document.createTreeWalker(element('article'), NodeFilter.SHOW_TEXT)
  for (let node = inText.nextNode(); node; node = inText.nextNode()) {
    if (node.parentElement?.closest('code') && node.nodeValue?.includes(EXAMPLE_ADDRESS)) {
      node.nodeValue = node.nodeValue.replaceAll(EXAMPLE_ADDRESS, address)
    }
  }
  // A page of plain HTTP at another address than this machine has no clipboard.
  if (!navigator.clipboard) return
  for (const figure of document.querySelectorAll('figure.code')) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = copy
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(figure.querySelector('code')?.textContent ?? '')
      button.textContent = copied
      setTimeout(() => {
        button.textContent = copy
      }, 1_500)
    })
    figure.append(button)
  }
}

function addTheme(): void {
  element('#theme').addEventListener('click', () => {
    const root = document.documentElement
    const isDark = root.dataset.theme
      ? root.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches
    root.dataset.theme = isDark ? 'light' : 'dark'
    localStorage.setItem('polyphony.guide.theme', root.dataset.theme)
  })
}

/** On a phone, the list of pages opens over the text. */
function addMenu(): void {
  const button = element('#menu')
  button.addEventListener('click', () => {
    const isOpen = document.body.classList.toggle('menu')
    button.setAttribute('aria-expanded', String(isOpen))
  })
  document.querySelector('#pages [aria-current]')?.scrollIntoView({ block: 'nearest' })
}
