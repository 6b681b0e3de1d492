import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeGallery } from '../../scripts/studio/gallery.ts'
import { openBrowser } from '../support/browser.ts'

describe('the gallery of the studio', () => {
  let browser: Browser
  let into: string
  beforeAll(async () => {
    ;[browser, into] = await Promise.all([openBrowser(), mkdtemp(join(tmpdir(), 'gallery-'))])
  })
  afterAll(async () => {
    await browser.close()
    await rm(into, { recursive: true })
  })

  it('the gallery is a page without a server: it plays a song, shows its form and chords, and lights up the words as they are sung', async () => {
    const told: string[] = []
    const page = await writeGallery({ into, seconds: 8, seed: 3, styles: ['folk'] }, (line) => told.push(line))
    expect(told).toEqual([expect.stringMatching(/^ +1 of 1 {2}folk/)])

    const context = await browser.newContext({ offline: true })
    const tab = await context.newPage()
    const errors: string[] = []
    const requests: string[] = []
    tab.on('pageerror', (error) => errors.push(String(error)))
    tab.on('request', (request) => requests.push(request.url()))
    await tab.goto(pathToFileURL(page).href)
    expect(await tab.locator('.form span').count()).toBeGreaterThan(0)
    expect(await tab.locator('.chords b').innerText()).toMatch(/^[A-G]/)
    const widthOf = (image: unknown): number => (image as { naturalWidth: number }).naturalWidth // an element of the page
    await expect.poll(() => tab.locator('.spectrum img').evaluate(widthOf)).toBe(1_000)
    expect(await tab.locator('.lyrics .sung').count()).toBe(0)

    await tab.getByRole('button', { name: /^Play / }).click()
    await expect.poll(() => tab.locator('.lyrics .sung').count(), { timeout: 30_000 }).toBeGreaterThan(1)
    expect(await tab.locator('.lyrics p.now').count()).toBe(1)
    expect(errors).toEqual([])
    expect(requests.filter((url) => !/^(file|data):/.test(url))).toEqual([])
    await context.close()
  }, 120_000)
})
