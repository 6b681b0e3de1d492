import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { barriersOn, overflowOf, PHONE, visit } from '../support/browser-visit.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'

describe('the guide in a browser', () => {
  let gateway: TestGateway
  let browser: Browser
  beforeAll(async () => {
    ;[gateway, browser] = await Promise.all([openGateway(), openBrowser()])
  })
  afterAll(async () => {
    await browser.close()
    await gateway[Symbol.asyncDispose]()
  })

  it('search finds a page by keyboard, in English and in Chinese, without the internet and without barriers', async () => {
    await using opened = await visit(browser, gateway, { locale: 'en-US' })
    const { page, errors, strayRequests } = opened
    await page.goto(`${gateway.url}/guide`)
    await page.getByRole('heading', { level: 1, name: 'Getting started' }).waitFor()
    expect(await page.locator('pre', { hasText: `${gateway.url}/api/v1/task` }).count()).toBeGreaterThan(0)

    await page.keyboard.press('/')
    await page.keyboard.type('insufficient_points')
    await page.getByRole('status').filter({ hasText: 'pages found' }).waitFor()
    await page.keyboard.press('ArrowDown')
    expect(await barriersOn(page)).toEqual([])
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Errors' }).waitFor()

    await page.getByRole('link', { name: '中文' }).click()
    await page.getByRole('heading', { level: 1, name: '错误' }).waitFor()
    await page.getByRole('searchbox', { name: '搜索' }).fill('签名密钥')
    await page.locator('#found a').first().click()
    await page.getByRole('heading', { level: 1, name: /^Webhook/ }).waitFor()
    expect(page.url()).toContain('/guide/zh/webhooks')
    expect(strayRequests).toEqual([])
    expect(errors).toEqual([])
  })

  it('is read on a phone in the dark, with its menu, without barriers', async () => {
    await using opened = await visit(browser, gateway, { locale: 'zh-CN', viewport: PHONE, colorScheme: 'dark' })
    const { page, errors } = opened
    await page.goto(`${gateway.url}/guide`)
    await page.getByRole('heading', { level: 1, name: '快速开始' }).waitFor()
    expect(await overflowOf(page)).toBe(0)
    await page.getByRole('button', { name: '全部页面' }).click()
    await page.locator('summary', { hasText: '按现有接口接入' }).click()
    await page.getByRole('link', { name: 'Replicate', exact: true }).first().click()
    await page.getByRole('heading', { level: 1, name: '从 Replicate 接入' }).waitFor()
    expect(await overflowOf(page)).toBe(0)
    expect(await barriersOn(page)).toEqual([])
    expect(errors).toEqual([])
  })
})
