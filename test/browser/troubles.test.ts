import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { ANA, visit } from '../support/browser-visit.ts'
import { freePort } from '../support/free-port.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openPathProxy } from '../support/path-proxy.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { claimed, type Visitor } from '../support/visitor.ts'

let gateway: TestGateway
let browser: Browser
let ana: Visitor
beforeAll(async () => {
  ;[gateway, browser] = await Promise.all([openGateway({ env: { POLYPHONY_SANDBOX_SECONDS: '0.1' } }), openBrowser()])
  ana = await claimed(gateway, ANA)
})
afterAll(async () => {
  await browser?.close()
  await gateway?.[Symbol.asyncDispose]()
})

const tasksOf = async (key: string): Promise<unknown[]> => {
  const { body } = await gateway.send('GET', '/polyphony/v1/tasks', { key })
  return (body as { tasks: unknown[] }).tasks
}

it('a song whose answer was lost is sent again under its key, and made and paid once', async () => {
  await using opened = await visit(browser, gateway, { as: ana, isSandbox: true, isFirst: true })
  const { page } = opened
  await page.goto(gateway.url)
  const before = (await tasksOf(TEST_KEY)).length
  let isLost = true
  await page.route('**/polyphony/v1/tasks', async (route) => {
    if (route.request().method() !== 'POST' || !isLost) return route.continue()
    isLost = false
    await route.fetch() // it arrives
    await route.abort('connectionreset')
  })
  await page.getByRole('textbox', { name: 'Describe a song' }).fill('a song over a bad line')
  await page.getByRole('button', { name: 'Make a song' }).click()
  await page.getByRole('alert').getByText('The gateway does not answer').waitFor()
  await page.getByRole('button', { name: 'Make a song' }).click()
  await page.getByRole('alert').waitFor({ state: 'detached' })
  await page
    .getByRole('button', { name: /^Play: / })
    .first()
    .waitFor()
  expect((await tasksOf(TEST_KEY)).length).toBe(before + 1)
})

it('a double click makes one song, and what was typed in the studio is there after the page was loaded again', async () => {
  await using opened = await visit(browser, gateway, { as: ana, isSandbox: true })
  const { page } = opened
  await page.goto(gateway.url)
  const before = (await tasksOf(TEST_KEY)).length
  const idea = page.getByRole('textbox', { name: 'Describe a song' })
  await idea.fill('one click too many')
  await idea.press('Enter')
  await idea.press('Enter')
  await page.getByRole('link', { name: 'one click too many' }).first().waitFor()
  expect((await tasksOf(TEST_KEY)).length).toBe(before + 1)
  await page.goto(`${gateway.url}/studio?op=Qubico%2Fflux1-dev%2Ftxt2img`)
  const prompt = page.getByRole('textbox', { name: 'Prompt' })
  await prompt.fill('a careful description')
  await page.reload()
  await expect.poll(() => prompt.inputValue()).toBe('a careful description')
})

it('without TLS, where browsers keep some of their functions, a song is made and a text copied', async () => {
  await using opened = await visit(browser, gateway, { as: ana, isSandbox: true, isFirst: true })
  const { page, errors } = opened
  await page.addInitScript(`
    delete Crypto.prototype.randomUUID
    delete globalThis.PublicKeyCredential
    Object.defineProperty(navigator, 'clipboard', { value: undefined })
    globalThis.copied = ''
    document.addEventListener('copy', () => { copied = String(document.activeElement.value) })`)
  await page.goto(gateway.url)
  await page.getByRole('textbox', { name: 'Describe a song' }).fill('a song in the house')
  await page.getByRole('button', { name: 'Make a song' }).click()
  await page.getByRole('link', { name: 'a song in the house' }).first().waitFor()
  await page.getByRole('button', { name: 'Copy' }).last().click()
  await expect.poll(() => page.evaluate<string>('copied')).toContain('curl')
  expect(errors).toEqual([])
})

it('a session that ended elsewhere leads to the sign-in, and from there back to the page', async () => {
  await using opened = await visit(browser, gateway, { isFirst: true })
  const { page } = opened
  const signIn = async () => {
    await page.getByLabel('E-mail').fill(ANA.email)
    await page.getByLabel('Password').fill(ANA.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  await page.goto(`${gateway.url}/team`)
  await signIn()
  await page.getByRole('heading', { name: 'Team' }).waitFor()
  await opened.context.clearCookies()
  await page.getByRole('link', { name: 'Keys' }).click()
  await page.getByText('Your session has ended').waitFor()
  await signIn()
  await page.getByRole('heading', { name: 'Keys' }).waitFor()
})

it('a task stays on its page while the gateway cannot be reached, and goes on by itself afterwards', async () => {
  const body = { operation: 'Qubico/flux1-schnell/txt2img', input: { prompt: 'a bridge sandbox:slow=600' } }
  const { body: task } = await gateway.send('POST', '/polyphony/v1/tasks', { key: TEST_KEY, body })
  const { id } = task as { id: string }
  await using line = await startTcpProxy(Number(new URL(gateway.url).port))
  const url = line.through(gateway.url)
  await using opened = await visit(browser, { url }, { as: ana, isSandbox: true, isFirst: true })
  const { page } = opened
  await page.goto(`${url}/tasks/${id}`)
  await page.getByRole('progressbar').waitFor()
  line.refuse()
  await page.getByText('The gateway does not answer').waitFor({ timeout: 30_000 })
  await page.getByRole('progressbar').waitFor()
  await gateway.send('POST', `/polyphony/v1/tasks/${id}/cancel`, { key: TEST_KEY })
  line.pass()
  await page.getByText('It was cancelled').waitFor({ timeout: 30_000 })
  await page.getByRole('alert').waitFor({ state: 'detached' })
})

it('the way back of the browser closes what was opened in the library', async () => {
  const body = { operation: 'Qubico/flux1-schnell/txt2img', input: { prompt: 'a stork on a roof' } }
  await gateway.send('POST', '/polyphony/v1/tasks', { key: TEST_KEY, body })
  await using opened = await visit(browser, gateway, { as: ana, isSandbox: true })
  const { page } = opened
  await page.goto(`${gateway.url}/library`)
  const open = page.getByRole('button', { name: 'Open a stork on a roof' })
  await open.click()
  await page.getByRole('dialog').waitFor()
  await page.goBack()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await open.click()
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(page.url()).toBe(`${gateway.url}/library`)
})

it('what browsers keep for a gateway below a path is its own, apart from that of others on the same origin', async () => {
  await using proxy = await openPathProxy('/music')
  const port = await freePort()
  await using _below = await openGateway({ env: { PORT: String(port), PUBLIC_URL: proxy.url } })
  proxy.gateway = `http://127.0.0.1:${port}`
  await using opened = await visit(browser, { url: new URL(proxy.url).origin }, { isFirst: true })
  const { page } = opened
  await page.goto(`${proxy.url}/sign-in`)
  await page.getByRole('button', { name: 'Sign in with an API key' }).click()
  await page.getByRole('textbox', { name: 'API key' }).fill(LIVE_KEY)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'What shall it be today?' }).waitFor()
  await page.locator('header').getByRole('button', { name: /\$/ }).click()
  await page.getByRole('menuitem', { name: 'Dark' }).click()
  const kept = () => page.evaluate(() => Object.keys(localStorage).sort())
  await expect.poll(kept).toEqual(['polyphony.locale@/music/', 'polyphony.theme@/music/'])
  await page.reload()
  await expect.poll(() => page.evaluate<string>('document.documentElement.dataset.theme')).toBe('dark')
})
