import { stat } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { basename } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { ANA, filled, visit } from '../support/browser-visit.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { claimed, type Visitor, visitor } from '../support/visitor.ts'

/** What a first visit may load of scripts, as gzip has them. */
const MOST_BYTES = 200_000
const BUILT = new URL('../../dist/web/assets/', import.meta.url)
/** The machine may be busy: of several visits, the quickest shows the page. For the figures of docs/workspace.md, 9. */
const VISITS = Number(process.env.WORKSPACE_VISITS ?? 1)

let gateway: TestGateway
let browser: Browser
const people: Partial<Record<'operator' | 'member', Visitor>> = {}
beforeAll(async () => {
  ;[gateway, browser] = await Promise.all([openGateway(), openBrowser()])
  const ana = await claimed(gateway, ANA)
  const { token } = await ana.data('POST', '/api/v1/invitations', { body: { role: 'member' } })
  const mo = visitor(gateway)
  const body = { email: 'mo@example.org', password: ANA.password, name: 'Mo', invitation: token }
  await mo.data('POST', '/api/workspace/sign-up', { body })
  Object.assign(people, { operator: ana, member: mo })
})
afterAll(async () => {
  await browser?.close()
  await gateway?.[Symbol.asyncDispose]()
})

/** A visit by a browser that has loaded nothing before, until the page is complete. */
async function firstVisit(path: string, heading: string, as: Visitor | undefined) {
  await using opened = await visit(browser, gateway, { ...(as ? { as } : {}), isFirst: true })
  const { page } = opened
  const scripts = new Set<string>()
  const plain: string[] = []
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (!pathname.endsWith('.js')) return
    scripts.add(basename(pathname))
    if (!/^(br|gzip)$/.test(response.headers()['content-encoding'] ?? '')) plain.push(pathname)
  })
  await page.addInitScript(`
    globalThis.shift = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shift += entry.value
    }).observe({ type: 'layout-shift', buffered: true })`)
  await page.goto(gateway.url + path)
  await page.getByRole('heading', { name: heading }).waitFor()
  await filled(page)
  const paints = () =>
    page.evaluate<number[]>(`performance.getEntriesByName('first-contentful-paint').map(({ startTime }) => startTime)`)
  await expect.poll(async () => (await paints()).length).toBe(1)
  const [paintMs = Number.NaN] = await paints()
  return { scripts: [...scripts], plain, paintMs, shift: await page.evaluate<number>('shift') }
}

it.each([
  ['the sign-in', undefined, '/sign-in', 'Sign in'],
  ['Home of an operator', 'operator', '/', 'Next steps'],
  ['Home of a member', 'member', '/', 'Next steps'],
] as const)(
  '%s loads at most 200 kB of compressed script, and nothing on it moves',
  async (name, who, path, heading) => {
    const visits: Awaited<ReturnType<typeof firstVisit>>[] = []
    for (let count = 0; count < VISITS; count++) visits.push(await firstVisit(path, heading, who && people[who]))
    const names = new Set(visits.flatMap(({ scripts }) => scripts))
    const sizes = await Promise.all([...names].map(async (one) => (await stat(new URL(`${one}.gz`, BUILT))).size))
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    const paintMs = Math.min(...visits.map((one) => one.paintMs))
    const shift = Math.max(...visits.map((one) => one.shift))
    console.info(
      `${name}: ${Math.round(bytes / 1_000)} kB of script in ${names.size} files, painted after ${Math.round(paintMs)} ms (least of ${VISITS}), shift ${shift.toFixed(3)}, load of the machine ${loadavg()[0]?.toFixed(1)}`,
    )
    expect(visits.flatMap(({ plain }) => plain)).toEqual([])
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES)
    expect(shift).toBeLessThan(0.05)
  },
)
