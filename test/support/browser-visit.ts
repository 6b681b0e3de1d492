import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import sharp from 'sharp'
import type { TestGateway } from './gateway.ts'
import type { Visitor } from './visitor.ts'

/** With this variable, the pictures of docs/workspace.md are written again. */
const PICTURES = process.env.WORKSPACE_PICTURES === undefined ? undefined : 'docs/images/workspace'

export const ANA = { email: 'ana@example.org', password: 'a long enough password', name: 'Ana' }
const DESKTOP = { width: 1_280, height: 800 }
export const PHONE = { width: 390, height: 844 }

export interface Visit extends AsyncDisposable {
  page: Page
  context: BrowserContext
  /** Errors of the page's console and scripts. */
  errors: string[]
  strayRequests: string[]
}

interface Visiting {
  as?: Visitor
  viewport?: { width: number; height: number }
  locale?: string
  colorScheme?: 'light' | 'dark'
  /** In test mode, where tasks are free and take a moment. */
  isSandbox?: boolean
  /** With nothing that other pages have loaded. */
  isFirst?: boolean
}

/**
 * A page as nobody, in a profile of its own, or as someone who has signed in by the API. Pages of one visitor that look alike share
 * a profile, so that the scripts are loaded and compiled once: a test that signs its visitor out, or that changes what
 * browsers keep, has a visitor or a look that no other test has.
 */
export async function visit(
  browser: Browser,
  { url }: Pick<TestGateway, 'url'>,
  visiting: Visiting = {},
): Promise<Visit> {
  const { as, isFirst = false } = visiting
  const isShared = as !== undefined && !isFirst
  const profile = isShared ? profileOf(browser, as, visiting) : newProfile(browser, visiting)
  const context = await profile
  await context.addCookies(
    [...(as?.cookies ?? [])].map(([name, value]) => ({ name, value: decodeURIComponent(value), url })),
  )
  const strayRequests: string[] = []
  const errors: string[] = []
  const page = await context.newPage()
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`) && !/^(data|blob):/.test(request.url())) strayRequests.push(request.url())
  })
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  return {
    page,
    context,
    errors,
    strayRequests,
    [Symbol.asyncDispose]: () => (isShared ? page.close() : context.close()),
  }
}

const profiles = new WeakMap<Visitor, Map<string, Promise<BrowserContext>>>()

function profileOf(browser: Browser, as: Visitor, { as: _, ...look }: Visiting): Promise<BrowserContext> {
  const own = profiles.get(as) ?? new Map<string, Promise<BrowserContext>>()
  profiles.set(as, own)
  const key = JSON.stringify(look)
  const profile = own.get(key) ?? newProfile(browser, look)
  own.set(key, profile)
  return profile
}

async function newProfile(browser: Browser, visiting: Visiting): Promise<BrowserContext> {
  const { viewport = DESKTOP, locale = 'en-US', colorScheme = 'light', isSandbox = false } = visiting
  const context = await browser.newContext({ viewport, locale, colorScheme, reducedMotion: 'reduce' })
  context.setDefaultTimeout(15_000)
  if (isSandbox) await context.addInitScript(() => localStorage.setItem('polyphony.mode', 'test'))
  return context
}

/** Goes to a page of the workspace as its links do where one of them is open: nothing is loaded and compiled again. */
export async function goTo(page: Page, url: string): Promise<void> {
  const isOpen = page.url().startsWith(`${new URL(url).origin}/`)
  if (!isOpen) await page.goto(url)
  else await page.evaluate(`history.pushState(null, '', ${JSON.stringify(url)})`)
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds on a page: none of it, for WCAG AA. */
export async function barriersOn(page: Page): Promise<string[]> {
  if (!(await page.evaluate<boolean>('"axe" in globalThis'))) await page.evaluate(await axe)
  return page.evaluate(async () => {
    // The script above defines it in the page.
    const { axe: checker } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: Violation[] }> }
    }
    interface Violation {
      id: string
      nodes: { html: string }[]
    }
    // What passes is not collected: that takes as long as the checks.
    const { violations } = await checker.run({ resultTypes: ['violations'] })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
  })
}

/** How far a page is wider than its window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}

export async function picture(page: Page, name: string): Promise<void> {
  if (!PICTURES) return
  await mkdir(PICTURES, { recursive: true })
  await page.waitForFunction('[...document.images].every((image) => image.complete)')
  const shot = await page.screenshot()
  await sharp(shot).webp({ quality: 75, effort: 6 }).toFile(`${PICTURES}/${name}.webp`)
}

/** The first seconds that a sound has played. */
export const playedSeconds = async (page: Page): Promise<number> =>
  Number(await page.getByRole('slider', { name: 'Position' }).inputValue())

/** Waits until nothing on the page stands in the place of what is still to come. */
export async function filled(page: Page): Promise<void> {
  await page.locator('main [aria-hidden] > .animate-breathe').first().waitFor({ state: 'detached' })
}
