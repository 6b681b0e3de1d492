import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import {
  ANA,
  barriersOn,
  filled,
  goTo,
  PHONE,
  picture,
  playedSeconds,
  type Visit,
  visit,
} from '../support/browser-visit.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { claimed, type Visitor } from '../support/visitor.ts'

const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

describe('a new gateway in a browser', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    // A short song is as good as a long one here, and made in a part of the time.
    gateway = await openGateway({ env: { POLYPHONY_STUDIO_SONG_SECONDS: '20' } })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  it('is claimed by the link of its log; the first song is made from a sentence, and plays on while other pages are read', async () => {
    await using opened = await visit(browser, gateway)
    const { page, errors, strayRequests } = opened
    const link = await gateway.gateway.claimLink()
    await page.goto(link ?? '')
    await page.getByLabel('Name').waitFor()
    await picture(page, 'claim')
    expect(await barriersOn(page)).toEqual([])
    await page.getByLabel('Name').fill(ANA.name)
    await page.getByLabel('E-mail').fill(ANA.email)
    await page.getByLabel('Password').fill(ANA.password)
    await page.getByRole('button', { name: 'Claim this instance' }).click()
    await page.getByRole('heading', { name: 'Hello, Ana' }).waitFor()

    await page.getByRole('textbox', { name: 'Describe a song' }).fill('a slow song about rain on a tin roof')
    await page.getByRole('button', { name: 'Make a song' }).click()
    await page
      .getByRole('button', { name: /^Play: / })
      .first()
      .click({ timeout: 60_000 })
    await expect.poll(() => playedSeconds(page)).toBeGreaterThan(0.3)
    expect(await barriersOn(page)).toEqual([])
    await picture(page, 'home')

    const before = await playedSeconds(page)
    await page.getByRole('link', { name: 'Money' }).click()
    await page.getByRole('heading', { name: 'Money' }).waitFor()
    await expect.poll(() => playedSeconds(page)).toBeGreaterThan(before)
    await page.getByRole('button', { name: 'Pause' }).click()
    expect({ errors, strayRequests }).toEqual({ errors: [], strayRequests: [] })
  })
})

describe('the workspace of someone who is signed in', () => {
  let gateway: TestGateway
  let receiver: Receiver
  let ana: Visitor
  /** One window for the pages that are only looked at: their scripts are loaded once. */
  let dark: Visit
  beforeAll(async () => {
    ;[gateway, receiver] = await Promise.all([
      openGateway({ env: { POLYPHONY_SANDBOX_SECONDS: '0.2' } }),
      openReceiver(),
    ])
    ana = await claimed(gateway, ANA)
    const make = (operation: string, input: object, key = TEST_KEY) =>
      gateway.send('POST', '/polyphony/v1/tasks', { key, body: { operation, input, webhook: `${receiver.url}/hook` } })
    await Promise.all([
      make('suno/music', { gpt_description_prompt: 'night train, piano and brushes' }),
      make('Qubico/flux1-schnell/txt2img', { prompt: 'a lighthouse in fog' }),
      make('luma/video_generation', { prompt: 'a fox crosses a frozen lake' }),
      make('suno/lyrics', { prompt: 'fog over the harbour' }),
      make('suno/lyrics', { prompt: 'a harbour at night' }, LIVE_KEY),
    ])
    dark = await visit(browser, gateway, { as: ana, colorScheme: 'dark' })
    await receiver.until((received) => received.length >= 5)
  })
  afterAll(async () => {
    await receiver.close()
    await gateway[Symbol.asyncDispose]()
  })

  it('signs in by password and by an API key, and a wrong one is refused', async () => {
    await using opened = await visit(browser, gateway)
    const { page } = opened
    await page.goto(`${gateway.url}/tasks`)
    await page.getByLabel('E-mail').fill(ANA.email)
    await page.getByLabel('Password').fill('a wrong password')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').waitFor()
    await picture(page, 'sign-in')
    expect(await barriersOn(page)).toEqual([])
    await page.getByLabel('Password').fill(ANA.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    // Where one wanted to go before.
    await page.getByRole('heading', { name: 'Tasks' }).waitFor()
    await page.getByRole('button', { name: /Ana/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in with an API key' }).click()
    await page.getByRole('textbox', { name: 'API key' }).fill(LIVE_KEY)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'What shall it be today?' }).waitFor()
    const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
    expect(stored).not.toContain(LIVE_KEY)
  })

  it('makes a picture by a form of its schema, with the price before the click, the rules as they break, and the code', async () => {
    await using opened = await visit(browser, gateway, { as: ana, isSandbox: true })
    const { page } = opened
    await page.goto(`${gateway.url}/studio?op=Qubico%2Fflux1-dev%2Ftxt2img`)
    await page.getByText('More settings').click()
    await page.getByRole('spinbutton', { name: 'Guidance' }).fill('9')
    await page.getByRole('textbox', { name: 'Prompt' }).fill('a heron by the water')
    await page.getByText(/guidance_scale must be/).waitFor()
    await page.getByRole('spinbutton', { name: 'Guidance' }).fill('3')
    await page.getByRole('button', { name: 'Make it $0.00' }).waitFor()
    await page.getByRole('button', { name: 'As code' }).click()
    await page.getByRole('dialog').getByText('"operation": "Qubico/flux1-dev/txt2img"').waitFor()
    await page.getByRole('tab', { name: 'Python' }).click()
    await page.getByRole('dialog').getByText('"guidance_scale": 3').waitFor()
    // The same call as others' clients make it, which the gateway has read back.
    const protocols = page.getByRole('dialog').getByRole('combobox', { name: 'Protocol' })
    await protocols.selectOption({ label: 'PiAPI' })
    await page.getByRole('dialog').getByText('"task_type": "txt2img"').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^Make it/ }).click()
    await page.getByRole('img', { name: 'a heron by the water' }).waitFor()
    await page.getByRole('button', { name: 'Upscale' }).first().waitFor()
    await picture(page, 'studio')
    expect(await barriersOn(page)).toEqual([])

    // A follow-up is the form of its operation, with the picture in it.
    await page.getByRole('button', { name: 'Upscale' }).first().click()
    await expect.poll(() => page.getByRole('textbox', { name: /Picture/ }).inputValue()).toContain('/files/')
  })

  it('talks to a model: the answer comes in pieces and is stopped, sees a picture, has its price, and is not stored', async () => {
    await using opened = await visit(browser, gateway, { as: ana, isSandbox: true })
    const { page, errors } = opened
    await page.goto(`${gateway.url}/chat`)
    await page.getByRole('combobox', { name: 'Model' }).selectOption('gpt-5')
    await page.getByRole('textbox', { name: 'System prompt' }).fill('You are a lighthouse keeper.')
    const message = page.getByRole('textbox', { name: 'Message' })
    const answers = page.getByRole('article', { name: 'Answer of gpt-5' })
    await page.locator('input[type=file]').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: DOT })
    await message.fill('What is on it?')
    await message.press('Enter')
    await page.getByText(/tokens in, \d+ out · .*\$0\.00/).waitFor()
    await page.getByRole('img', { name: 'Picture 1' }).waitFor()
    await message.fill('sandbox:slow=300 sandbox:long=400')
    await page.getByRole('button', { name: 'Send' }).click()
    await expect.poll(() => answers.last().locator('p').first().innerText()).not.toBe('')
    await page.getByRole('button', { name: 'Stop' }).click()
    await answers.last().getByText('stopped').waitFor()
    await picture(page, 'chat')
    expect({ barriers: await barriersOn(page), errors }).toEqual({ barriers: [], errors: [] })
    await page.getByRole('button', { name: 'As code' }).click()
    await page.getByRole('dialog').getByText('"You are a lighthouse keeper."').waitFor()
    await page.reload()
    await page.getByText('Say something').waitFor()
  })

  it('uploads a file that is chosen in a form', async () => {
    await using opened = await visit(browser, gateway, { as: ana, isSandbox: true })
    const { page } = opened
    await page.goto(`${gateway.url}/studio?op=Qubico%2Fimage-toolkit%2Fbackground-remove`)
    await page.locator('input[type=file]').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: DOT })
    await expect.poll(() => page.getByRole('textbox', { name: /Picture/ }).inputValue()).toContain('/files/')
  })

  it('finds what was made in the library, by kind and by a text of its prompt, and opens it', async () => {
    await using opened = await visit(browser, gateway, { as: ana, isSandbox: true })
    const { page, errors } = opened
    await page.goto(`${gateway.url}/library`)
    await page.getByRole('button', { name: 'Open a lighthouse in fog' }).waitFor()
    await picture(page, 'library')
    expect(await barriersOn(page)).toEqual([])
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('videos')
    await page.getByRole('button', { name: 'Open a fox crosses a frozen lake' }).waitFor()
    await expect.poll(() => page.getByRole('article').count()).toBe(1)
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('')
    await page.getByRole('searchbox').fill('LIGHTHOUSE')
    await page.getByRole('button', { name: 'Open a lighthouse in fog' }).click()
    await page.getByRole('dialog').getByRole('img', { name: 'a lighthouse in fog' }).waitFor()
    expect(errors).toEqual([])
  })

  it('shows a task in full, sends its webhook again, and cancels one that runs', async () => {
    await using opened = await visit(browser, gateway, { as: ana, isSandbox: true })
    const { page } = opened
    await page.goto(`${gateway.url}/tasks`)
    await page.getByRole('link', { name: 'a lighthouse in fog' }).click()
    await page.getByRole('heading', { name: 'Attempts' }).waitFor()
    await picture(page, 'task')
    expect(await barriersOn(page)).toEqual([])
    const before = receiver.received.length
    await page.getByRole('button', { name: 'Send again' }).click()
    await receiver.until((received) => received.length > before)

    const slow = { operation: 'Qubico/flux1-schnell/txt2img', input: { prompt: 'a slow one sandbox:slow=600' } }
    const { body } = await gateway.send('POST', '/polyphony/v1/tasks', { key: TEST_KEY, body: slow })
    await page.goto(`${gateway.url}/tasks/${(body as { id: string }).id}`)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('It was cancelled').waitFor()
  })

  it('makes a key that works, shows it once, and undoes a revocation', async () => {
    await using opened = await visit(browser, gateway, { as: ana })
    const { page } = opened
    await page.goto(`${gateway.url}/keys`)
    await page.getByRole('button', { name: 'Make a key' }).first().click()
    await page.getByRole('textbox', { name: 'Name' }).fill('studio-app')
    await page.getByRole('spinbutton', { name: 'Spend limit (USD)' }).fill('20')
    await page.getByRole('dialog').getByRole('button', { name: 'Make a key' }).click()
    const key = await page.getByRole('dialog').locator('pre').innerText()
    expect(await gateway.send('GET', '/polyphony/v1/tasks', { key })).toMatchObject({ status: 200 })
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('cell', { name: /^studio-app/ }).waitFor()
    await picture(page, 'keys')
    expect(await barriersOn(page)).toEqual([])
    await page.getByRole('button', { name: 'Actions for studio-app' }).click()
    await page.getByRole('menuitem', { name: 'Change' }).click()
    await page.getByRole('spinbutton', { name: 'Most a day (USD)' }).fill('5')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('cell', { name: '$5.00 a day', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Actions for studio-app' }).click()
    await page.getByRole('menuitem', { name: 'Revoke' }).click()
    await expect.poll(() => page.getByRole('cell', { name: /^studio-app/ }).count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('cell', { name: /^studio-app/ }).waitFor()
    expect(await gateway.send('GET', '/polyphony/v1/tasks', { key })).toMatchObject({ status: 200 })
  })

  it('connects an account at a provider, tests it, and says why it does what it does', async () => {
    await using opened = await visit(browser, gateway, { as: ana })
    const { page } = opened
    await page.goto(`${gateway.url}/accounts`)
    await page.getByRole('button', { name: 'Connect an account' }).click()
    await page.getByRole('button', { name: /^Luma/ }).click()
    await page.locator('input[type=password]').fill('luma-key-of-a-test')
    const address = page.getByRole('textbox', { name: /address|url/i })
    if ((await address.count()) > 0) await address.first().fill(`${receiver.url}/luma`)
    await page.getByRole('button', { name: 'Connect and test' }).click()
    await page.getByText('luma', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Debug' }).click()
    await page.getByRole('heading', { name: 'Last attempts' }).waitFor()
    await page.keyboard.press('Escape')
    // The focus goes back to what opened a dialog; of a menu, to its button.
    const focused = () =>
      page.evaluate('document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent')
    await expect.poll(focused).toBe('Debug')
    // What the advice asks for: another credential, which is tested at once; another name comes with it.
    await page.getByRole('button', { name: 'Actions for main' }).click()
    await page.getByRole('menuitem', { name: 'Change' }).click()
    const key = page.locator('input[type=password]')
    // With `off` alone, browsers would fill in what the person signs in with.
    expect(await key.getAttribute('autocomplete')).toBe('new-password')
    await key.fill('another-luma-key')
    // What is stored and no secret is shown, and can be emptied; that would be the vendor's own address, so it stays on the page.
    const base = page.getByRole('textbox', { name: 'Base address' })
    expect(await base.inputValue()).toBe(`${receiver.url}/luma`)
    await base.fill('')
    const sent: unknown[] = []
    await page.route('**/api/v1/accounts/*', (route) => {
      sent.push(route.request().postDataJSON())
      return route.abort()
    })
    await page.getByRole('button', { name: 'Save and test' }).click()
    await page.getByRole('dialog').getByRole('alert').waitFor()
    expect(sent).toEqual([{ fields: { apiKey: 'another-luma-key', baseUrl: null } }])
    await page.unrouteAll()
    await base.fill(`${receiver.url}/luma`)
    await page.getByRole('textbox', { name: 'Name' }).fill('night shift')
    await page.getByRole('button', { name: 'Save and test' }).click()
    await page.getByText('night shift', { exact: true }).waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(focused).toBe('Actions for night shift')
    await picture(page, 'accounts')
    expect(await barriersOn(page)).toEqual([])
  })

  it.each([
    ['the money', '/money', 'Statement'],
    ['the team', '/team', 'Members'],
    ['the settings', '/settings', 'Where you are signed in'],
    ['the health of the gateway', '/operator', 'Providers'],
    ['the people of the gateway', '/operator/people', 'People'],
    ['the top-up codes', '/operator/top-up', 'Top-up codes'],
    ['the announcements', '/operator/announcements', 'Announcements'],
    ['the routing', '/operator/routing', 'Queues'],
    ['the tenants', '/operator/tenants', 'Tenants'],
    ['the prices', '/operator/prices', 'Prices in force'],
    ['the settings of the gateway', '/operator/settings', 'Settings in force'],
    ['the audit', '/operator/audit', 'Audit'],
    ['the webhooks', '/operator/webhooks', 'Webhooks'],
  ])('%s have no barrier, no error and nothing from elsewhere', async (_, path, heading) => {
    const { page, errors, strayRequests } = dark
    await goTo(page, gateway.url + path)
    await page.getByRole('heading', { name: heading }).first().waitFor()
    await filled(page)
    await picture(page, path.slice(1).replace('/', '-'))
    expect({ barriers: await barriersOn(page), errors, strayRequests }).toEqual({
      barriers: [],
      errors: [],
      strayRequests: [],
    })
  })

  it('lets the operator choose how long files are kept, which holds at once and is in the audit', async () => {
    await using opened = await visit(browser, gateway, { as: ana })
    const { page } = opened
    await page.goto(`${gateway.url}/operator`)
    await page.getByRole('button', { name: 'Change' }).click()
    await page.getByRole('spinbutton', { name: 'Output files (days)' }).fill('7')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByText('7 days').waitFor()
    expect((await gateway.send('GET', '/api/admin/audit?limit=1')).body).toMatchObject({
      data: { items: [{ verb: 'retention.set', after: { media_days: 7 } }] },
    })
  })

  it('gives a tenant credit, suspends it and accepts its tasks again, and the books add up', async () => {
    const { body } = await gateway.send('POST', '/api/admin/tenants', { body: { name: 'Harbour Radio' } })
    expect(body).toMatchObject({ code: 200 })
    const name = 'Harbour Radio'
    await using opened = await visit(browser, gateway, { as: ana })
    const { page } = opened
    await page.goto(`${gateway.url}/operator/tenants`)
    const row = page.getByRole('row').filter({ hasText: name })
    await page.getByRole('searchbox', { name: 'Search names and ids' }).fill('harbour r')
    await page.getByRole('row').filter({ hasText: 'house' }).waitFor({ state: 'detached' })
    await row.getByRole('button').click()
    await page.getByRole('menuitem', { name: 'Give credit' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Book' }).click()
    await row.getByText('$10.00').first().waitFor()
    await row.getByRole('button').click()
    await page.getByRole('menuitem', { name: 'Suspend' }).click()
    await row.getByText('Suspended').waitFor()
    await row.getByRole('button').click()
    await page.getByRole('menuitem', { name: 'Accept tasks again' }).click()
    await row.getByText('Active').waitFor()
    await page.getByRole('tab', { name: 'Reconcile' }).click()
    await page.getByRole('button', { name: 'Check the books' }).click()
    await page.getByText('The books are right').waitFor()
  })

  it('is Chinese where the browser is, changes to English, and to the dark, from the menu', async () => {
    await using opened = await visit(browser, gateway, { as: ana, locale: 'zh-CN', isSandbox: true })
    const { page } = opened
    await page.goto(`${gateway.url}/studio`)
    await page.getByRole('heading', { name: '工作台' }).waitFor()
    // A field with its name and description, and one that is wrong.
    await goTo(page, `${gateway.url}/studio?op=Qubico%2Fflux1-dev%2Ftxt2img`)
    await page.getByText('更多设置').click()
    await page.getByText('画面遵循提示词的程度。').waitFor()
    await page.getByRole('textbox', { name: '提示词', exact: true }).fill('雾中的灯塔')
    await page.getByRole('spinbutton', { name: '引导强度' }).fill('9')
    await page.getByText(/guidance_scale 不得大于/).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    expect(await barriersOn(page)).toEqual([])
    const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
    const light = await ground()
    await page.getByRole('button', { name: /Ana/ }).click()
    await page.getByRole('menuitem', { name: '深色' }).click()
    await expect.poll(ground).not.toBe(light)
    await page.getByRole('button', { name: /Ana/ }).click()
    await page.getByRole('menuitem', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Studio' }).waitFor()
  })

  it('fits a phone of 390 pixels on every page, with the places at the bottom', async () => {
    await using opened = await visit(browser, gateway, { as: ana, viewport: PHONE, isSandbox: true })
    const { page } = opened
    const pages = {
      '/': 'Hello, Ana',
      '/studio': 'Studio',
      '/chat': 'Chat',
      '/library': 'Library',
      '/tasks': 'Tasks',
      '/keys': 'Keys',
      '/money': 'Money',
      '/accounts': 'Accounts',
      '/operator/tenants': 'Operator',
    }
    for (const [path, name] of Object.entries(pages)) {
      await goTo(page, gateway.url + path)
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
      await filled(page)
      const overflow = () =>
        page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      expect({ path, overflow: await overflow() }).toEqual({ path, overflow: 0 })
      // Tables are lists of cards: nothing has to be scrolled sideways to be read.
      expect({ path, tables: await page.locator('main table:not(.sr-only)').count() }).toEqual({ path, tables: 0 })
      expect({ path, barriers: await barriersOn(page) }).toEqual({ path, barriers: [] })
      if (['/studio', '/library', '/tasks', '/chat'].includes(path)) await picture(page, `phone-${path.slice(1)}`)
    }
    const card = page.getByRole('list', { name: 'Tenants' }).getByRole('listitem').first()
    expect(await card.innerText()).toMatch(/Available\s+\$/)
    const announced = () => page.locator('#page-announcement').textContent()
    await expect.poll(announced).toBe('Tenants · Operator')
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Studio' }).click()
    await page.getByRole('heading', { name: 'Studio' }).waitFor()
    await expect.poll(announced).toBe('Studio')
  })

  it('says that an address leads nowhere, and leads on; programs get the error', async () => {
    await using opened = await visit(browser, gateway, { as: ana, locale: 'zh-CN' })
    const { page } = opened
    expect((await page.goto(`${gateway.url}/no/such/page`))?.status()).toBe(404)
    await page.getByRole('heading', { name: '页面不存在' }).waitFor()
    expect(await barriersOn(page)).toEqual([])
    await page.getByRole('link', { name: '返回首页' }).click()
    await page.getByRole('heading', { name: '您好，Ana' }).waitFor()
    const html = { accept: 'text/html' }
    const answers = await Promise.all([
      gateway.send('GET', '/no/such/page'),
      gateway.send('GET', '/api/no-such', { headers: html }),
      gateway.send('GET', '/suno/no-such', { headers: html }),
      gateway.send('GET', '/files/no-such', { headers: html }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
    for (const { headers } of answers) expect(headers.get('content-type')).toMatch(/^application\/json/)
  })

  it('goes to an operation by its name from anywhere', async () => {
    await using opened = await visit(browser, gateway, { as: ana, isSandbox: true })
    const { page } = opened
    await page.goto(`${gateway.url}/keys`)
    await page.getByRole('heading', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Control+k')
    const search = page.getByPlaceholder(/Page, action, operation/)
    await search.fill('ideogram v3-remix')
    await page
      .getByRole('option', { name: /Ideogram 3/ })
      .first()
      .waitFor()
    await picture(page, 'palette')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /ideogram\/v3-remix/ }).waitFor()

    // A part of the operator's page, then a dialog of another page, which Escape closes.
    await page.keyboard.press('Control+k')
    await search.fill('prices')
    await page.getByRole('option', { name: 'Operator · Prices' }).click()
    await page.getByRole('heading', { name: 'Prices in force' }).waitFor()
    await page.keyboard.press('Control+k')
    await search.fill('make a key')
    await page.getByRole('option', { name: 'Make a key' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Make a key' }).waitFor()
    const inDialog = 'document.querySelector("[role=dialog]")?.contains(document.activeElement)'
    for (let press = 0; press < 12; press++) {
      await page.keyboard.press('Tab')
      expect(await page.evaluate(inDialog)).toBe(true)
    }
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await search.waitFor()
    await page.keyboard.press('Escape')
    await search.waitFor({ state: 'detached' })
  })
})
