import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage } from '../support/browser.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

describe('the reference at /docs', () => {
  let gateway: TestGateway
  let browser: Browser
  beforeAll(async () => {
    ;[gateway, browser] = await Promise.all([openGateway(), openBrowser()])
  })
  afterAll(async () => {
    await browser.close()
    await gateway[Symbol.asyncDispose]()
  })

  it('the reference at /docs finds an operation, shows its fields with their limits, and tries it, without the internet', async () => {
    await using opened = await openPage(browser, gateway.url)
    const { page, errors, strayRequests } = opened
    await page.goto(`${gateway.url}/docs`)
    await page.getByRole('link', { name: 'Qubico/flux1-dev', exact: true }).click()
    await page.getByRole('heading', { name: 'Polyphony' }).waitFor()
    await page.locator('input.scalar-password-input').first().fill(TEST_KEY)

    await page.keyboard.press('Control+k')
    await page.keyboard.type('flux1-dev txt2img')
    await page.getByRole('option').first().click()
    const operation = page.locator('section[id$="/create.Qubico.flux1-dev.txt2img"]')
    await operation.getByText('What the picture shows.').waitFor()
    const shown = (await operation.innerText()).replaceAll(/\s+/g, ' ')
    expect(shown).toMatch(/guidance_scale .*number .*min: 1\.5 .*max: 5 .*Default: 3/)
    expect(shown).toContain('The example costs 0.02 USD')
    expect(shown).toContain('a little cat sits by a window in the rain')

    await operation.getByRole('button', { name: /Test Request/ }).click()
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.getByRole('dialog').getByRole('button', { name: /Send/ }).first().click()
    const answer = await answered
    expect(answer.status()).toBe(200)
    expect(await answer.json()).toMatchObject({ data: { model: 'Qubico/flux1-dev', task_type: 'txt2img' } })

    expect(strayRequests).toEqual([])
    expect(errors).toEqual([])
  })
})
