import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { openBrowser } from '../support/browser.ts'
import { barriersOn, overflowOf, PHONE, picture, visit } from '../support/browser-visit.ts'
import { type FakeOidc, openFakeOidc } from '../support/fake-oidc.ts'
import { type FakeStripe, openFakeStripe } from '../support/fake-stripe.ts'
import { freePort } from '../support/free-port.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { claimed, type Visitor, visitor } from '../support/visitor.ts'

const ANA = { email: 'ana@example.org', password: 'a long enough password', name: 'Ana' }
const PASSWORD = 'another long password'
const CLIENT = { clientId: 'polyphony', clientSecret: 'the secret at the provider' }
const STRIPE = { secretKey: 'sk_test_of_the_browser', webhookSecret: 'whsec_of_the_browser' }

let gateway: TestGateway
let browser: Browser
let oidc: FakeOidc
let stripe: FakeStripe
let ana: Visitor

beforeAll(async () => {
  const port = await freePort()
  ;[oidc, stripe, browser] = await Promise.all([openFakeOidc(CLIENT), openFakeStripe(STRIPE), openBrowser()])
  gateway = await openGateway({
    env: {
      // Passkeys are of a name, and a number is none.
      PORT: String(port),
      PUBLIC_URL: `http://localhost:${port}`,
      POLYPHONY_SANDBOX_SECONDS: '0.2',
      POLYPHONY_OIDC_ISSUER: oidc.issuer,
      POLYPHONY_OIDC_CLIENT_ID: CLIENT.clientId,
      POLYPHONY_OIDC_CLIENT_SECRET: CLIENT.clientSecret,
      POLYPHONY_OIDC_NAME: 'Example',
      POLYPHONY_STRIPE_SECRET_KEY: STRIPE.secretKey,
      POLYPHONY_STRIPE_WEBHOOK_SECRET: STRIPE.webhookSecret,
      POLYPHONY_STRIPE_URL: stripe.url,
    },
  })
  ana = await claimed(gateway, ANA)
})
afterAll(async () => {
  await browser?.close()
  await gateway?.[Symbol.asyncDispose]()
  await Promise.all([oidc?.close(), stripe?.[Symbol.asyncDispose]()])
})

/** Someone with a role in a tenant. */
async function member(name: string, role: string, tenant: string): Promise<Visitor> {
  const { token } = await ana.data('POST', '/api/admin/invitations', { body: { tenant, role } })
  const one = visitor(gateway)
  const body = { email: `${name}@example.org`, password: PASSWORD, name, invitation: token }
  await one.data('POST', '/api/workspace/sign-up', { body })
  return one
}

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto(`${gateway.url}/sign-in`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** RFC 6238: HMAC-SHA1 of the count of half minutes. */
function totp(uri: string): string {
  const secret = new URL(uri).searchParams.get('secret') ?? ''
  const bits = [...secret].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  const bytes =
    bits
      .join('')
      .match(/.{8}/g)
      ?.map((byte) => Number.parseInt(byte, 2)) ?? []
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const digest = createHmac('sha1', Buffer.from(bytes)).update(counter).digest()
  const at = (digest.at(-1) ?? 0) & 0xf
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

it('someone who was invited by a link makes an account and sees what their role may do', async () => {
  const { id } = await ana.data<{ id: string }>('POST', '/api/admin/tenants', { body: { name: 'Harbour Radio' } })
  const { link } = await ana.data<{ link: string }>('POST', '/api/admin/invitations', {
    body: { tenant: id, role: 'viewer', email: 'vera@example.org' },
  })
  await using opened = await visit(browser, gateway)
  const { page } = opened
  await page.goto(link)
  await page.getByRole('heading', { name: /Harbour Radio/ }).waitFor()
  expect(await barriersOn(page)).toEqual([])
  await picture(page, 'invitation')
  await page.getByLabel('Name').fill('Vera')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByRole('heading', { name: 'Hello, Vera' }).waitFor()
  await page.getByText('You only look here').waitFor()
  expect(await page.getByRole('link', { name: 'Operator' }).count()).toBe(0)
  await page.goto(`${gateway.url}/operator/people`)
  await page.getByRole('heading', { name: 'Hello, Vera' }).waitFor()
  await page.goto(`${gateway.url}/money`)
  await page.getByRole('heading', { name: 'Statement' }).waitFor()
  expect(await page.getByRole('button', { name: 'Add credit' }).count()).toBe(0)
  await page.goto(link)
  await page.getByRole('alert').waitFor()
})

it('a client sends its person to a page, where they sign in, choose, and let it in', async () => {
  const nia = await member('nia', 'member', 'house')
  const returnsTo = `${gateway.url}/guide/en/getting-started`
  const registered = await fetch(`${gateway.url}/api/auth/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'A host', redirect_uris: [returnsTo], token_endpoint_auth_method: 'none' }),
  })
  const { client_id } = (await registered.json()) as { client_id: string }
  const asking = new URLSearchParams({
    client_id,
    redirect_uri: returnsTo,
    response_type: 'code',
    // Read as JSON, as the router reads queries, it would be another number.
    state: '1e3',
    scope: 'mcp',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    resource: `${gateway.url}/mcp`,
  })
  await using opened = await visit(browser, gateway)
  const { page } = opened
  await page.goto(`${gateway.url}/api/auth/oauth2/authorize?${asking}`)
  await page.getByLabel('E-mail').fill('nia@example.org')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'A host asks to use your models' }).waitFor()
  expect(await barriersOn(page)).toEqual([])
  await picture(page, 'connect')
  await page.getByLabel('Mode').selectOption('test')
  await page.getByLabel('Most a month (USD)').fill('3')
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForURL((url) => url.searchParams.has('code'))
  expect(new URL(page.url()).searchParams.get('state')).toBe('1e3')
  const { items } = await nia.data<{ items: JsonObject[] }>('GET', '/api/workspace/connections')
  expect(items).toMatchObject([{ client: 'A host', mode: 'test' }])
  await page.goto(`${gateway.url}/settings`)
  await page.getByRole('button', { name: 'Disconnect' }).click()
  await page.getByRole('heading', { name: 'Connected programs' }).waitFor({ state: 'detached' })
})

it('a passkey is added, and signs its person in without a password', async () => {
  await using opened = await visit(browser, gateway, { as: await member('pia', 'owner', 'Harbour Radio') })
  const { page, context } = opened
  const devices = await context.newCDPSession(page)
  await devices.send('WebAuthn.enable')
  await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await page.goto(`${gateway.url}/settings`)
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByRole('button', { name: 'Remove the passkey' }).waitFor()
  await page.getByRole('button', { name: /pia/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('heading', { name: 'Hello, pia' }).waitFor()
})

it('a second factor is set up, and asked for after the password', async () => {
  await using opened = await visit(browser, gateway, { as: await member('tom', 'member', 'Harbour Radio') })
  const { page } = opened
  await page.goto(`${gateway.url}/settings`)
  const panel = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Second factor' }) })
  await panel.getByLabel('Current password').fill(PASSWORD)
  await panel.getByRole('button', { name: 'Set up' }).click()
  const uri = await panel.locator('pre').innerText()
  await panel.getByLabel('Code').fill(totp(uri))
  await panel.getByRole('button', { name: 'Switch on' }).click()
  await panel.getByText('Keep these codes').waitFor()
  await page.context().clearCookies()
  await signIn(page, { email: 'tom@example.org', password: PASSWORD })
  await page.getByLabel('Code').fill('000000')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Code').fill(totp(uri))
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'Hello, tom' }).waitFor()
})

it('a provider of OpenID Connect signs in who was invited, and the page says why it has no place for others', async () => {
  await using opened = await visit(browser, gateway)
  const { page, context } = opened
  // What the provider's own page does: everyone consents at once.
  await context.route(`${oidc.issuer}/authorize**`, (route) =>
    route.fulfill({ status: 302, headers: { location: oidc.consent(route.request().url()) } }),
  )
  const enter = async () => {
    await page.goto(`${gateway.url}/sign-in?next=/money`)
    await page.getByRole('button', { name: 'Sign in with Example' }).click()
  }
  oidc.become({ sub: 'u1', email: 'olga@example.org', email_verified: true, name: 'Olga' })
  await enter()
  await page.getByRole('alert').waitFor()
  await ana.data('POST', '/api/admin/invitations', {
    body: { tenant: 'Harbour Radio', role: 'member', email: 'olga@example.org' },
  })
  await enter()
  await page.getByRole('heading', { name: 'Money' }).waitFor()
  await page.getByRole('button', { name: /Olga/ }).waitFor()
})

it('the operator makes a code, and an owner redeems it and buys more by card', async () => {
  await using operators = await visit(browser, gateway, { as: ana })
  await operators.page.goto(`${gateway.url}/operator/top-up`)
  await operators.page.getByRole('button', { name: 'Make codes' }).click()
  await operators.page.getByRole('dialog').getByRole('button', { name: 'Make codes' }).click()
  const code = await operators.page.getByRole('dialog').locator('pre').innerText()
  await operators.page.getByRole('button', { name: 'I have kept it' }).click()

  const otto = await member('otto', 'owner', 'Harbour Radio')
  await using opened = await visit(browser, gateway, { as: otto })
  const { page, context } = opened
  await page.goto(`${gateway.url}/money`)
  await page.getByRole('button', { name: 'Add credit' }).click()
  await page.getByRole('tab', { name: 'By code' }).click()
  await page.getByLabel('Top-up code').fill('poly 0000')
  await page.getByRole('button', { name: 'Redeem' }).click()
  await page.getByRole('alert').waitFor()
  expect(await barriersOn(page)).toEqual([])
  await page.getByLabel('Top-up code').fill(code.toLowerCase())
  await page.getByRole('button', { name: 'Redeem' }).click()
  await page.getByText('$25.00 was added.').waitFor()

  await context.route('https://checkout.stripe.com/**', (route) => {
    const session = stripe.sessions.find(({ url }) => url === route.request().url())
    return route.fulfill({ status: 302, headers: { location: session?.success_url ?? '' } })
  })
  await page.getByRole('button', { name: 'Add credit' }).click()
  await page.getByRole('button', { name: '$50.00', exact: true }).click()
  await page.getByRole('button', { name: 'Pay $50.00' }).click()
  await page.getByText('Thank you.').waitFor()
  const [session] = stripe.sessions
  if (!session) throw new Error('Stripe has no session.')
  const paid = stripe.event('checkout.session.completed', session, { set: { payment_status: 'paid' } })
  const report = { key: null, headers: paid.headers, text: paid.body }
  expect((await gateway.send('POST', '/api/payments/stripe', report)).status).toBe(200)
  await page.reload()
  await page.getByText('$75.00', { exact: true }).first().waitFor()
  await page.getByRole('button', { name: 'Notice of a low balance' }).click()
  await page.getByLabel('Below, in USD').fill('10')
  await page.getByLabel('Webhook').fill('https://example.org/low')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Notice below $10.00' }).waitFor()
  await page.getByRole('tab', { name: 'By operation' }).click()
  // No chart of nothing, whose scale would be invented.
  await page.getByText('Nothing was spent in the last 30 days').waitFor()
  expect(await page.locator('main canvas').count()).toBe(0)
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Statement' }).click()
  await page.getByRole('menuitem', { name: 'As PDF' }).click()
  expect((await saving).suggestedFilename()).toMatch(/^polyphony-.*\.pdf$/)
  const table = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Statement' }).click()
  await page.getByRole('menuitem', { name: 'As CSV' }).click()
  expect((await table).suggestedFilename()).toMatch(/^polyphony-.*\.csv$/)
  expect(await readFile(await (await table).path(), 'utf8')).toMatch(/^id,kind,at,.+\r\n.+,credit,/)
  await picture(page, 'money-credit')

  await operators.page.reload()
  await operators.page.getByText('Redeemed', { exact: true }).waitFor()
  await operators.page.waitForLoadState('networkidle')
  await picture(operators.page, 'operator-top-up')
})

it('an announcement is above the pages of tenants until one hides it', async () => {
  await using operators = await visit(browser, gateway, { as: ana })
  await operators.page.goto(`${gateway.url}/operator/announcements`)
  await operators.page.getByRole('button', { name: 'Announce' }).first().click()
  await operators.page.getByLabel('Text').fill('Maintenance on Sunday from 02:00 to 03:00 UTC.')
  await operators.page.getByLabel('Tone').selectOption('warning')
  await operators.page.getByRole('dialog').getByRole('button', { name: 'Announce' }).click()
  await operators.page.getByRole('cell', { name: /Maintenance on Sunday/ }).waitFor()
  expect(await barriersOn(operators.page)).toEqual([])
  await picture(operators.page, 'operator-announcements')
  await using opened = await visit(browser, gateway, { as: await member('ines', 'member', 'Harbour Radio') })
  const { page } = opened
  await page.goto(`${gateway.url}/keys`)
  await page.getByText('Maintenance on Sunday').waitFor()
  expect(await barriersOn(page)).toEqual([])
  await page.getByRole('button', { name: 'Hide the announcement' }).click()
  await page.reload()
  await page.getByRole('heading', { name: 'Keys' }).waitFor()
  await page.waitForLoadState('networkidle')
  expect(await page.getByText('Maintenance on Sunday').count()).toBe(0)
})

it('the operator ends the sessions of a person, blocks them, and finds it in the audit', async () => {
  const bob = await member('bob', 'member', 'Harbour Radio')
  await using opened = await visit(browser, gateway, { as: ana })
  const { page } = opened
  await page.goto(`${gateway.url}/operator/people`)
  const row = page.getByRole('row').filter({ hasText: 'bob@example.org' })
  await row.getByRole('button').click()
  await page.getByRole('menuitem', { name: 'End all sessions' }).click()
  await page.getByText('All sessions of bob are over.').waitFor()
  expect(await bob.data<JsonObject>('GET', '/api/workspace/session')).toMatchObject({ person: null })
  await row.getByRole('button').click()
  await page.getByRole('menuitem', { name: 'Block' }).click()
  await row.getByText('Blocked').waitFor()
  expect(await barriersOn(page)).toEqual([])
  await picture(page, 'operator-people')
  const { status } = await bob.send('POST', '/api/auth/sign-in/email', {
    body: { email: 'bob@example.org', password: PASSWORD },
  })
  expect(status).toBe(403)
  await page.getByRole('tab', { name: 'Audit' }).click()
  await page.getByLabel('Action').fill('person.change')
  await page.locator('summary').getByText('blocked_at').waitFor()
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export as CSV' }).click()
  const table = await readFile(await (await saving).path(), 'utf8')
  expect(table).toMatch(/^at,actor,/)
  expect(
    new Set(
      table
        .trim()
        .split('\r\n')
        .slice(1)
        .map((row) => row.split(',')[3]),
    ),
  ).toEqual(new Set(['person.change']))
  await page.getByRole('tab', { name: 'Health' }).click()
  await page.getByRole('heading', { name: 'Retention' }).waitFor()
  await page.waitForLoadState('networkidle')
  expect(await barriersOn(page)).toEqual([])
  await picture(page, 'operator-health')
})

it('a tenant that is suspended is told so when it makes something', async () => {
  const sam = await member('sam', 'member', 'Harbour Radio')
  await ana.data('POST', `/api/admin/tenants/${encodeURIComponent('Harbour Radio')}/freeze`)
  await using opened = await visit(browser, gateway, { as: sam })
  const { page } = opened
  await page.goto(`${gateway.url}/`)
  await page.getByRole('button', { name: 'Make a song' }).click()
  await page
    .getByRole('alert')
    .getByText(/frozen|suspended/i)
    .waitFor()
  await ana.data('POST', `/api/admin/tenants/${encodeURIComponent('Harbour Radio')}/unfreeze`)
})

it('the new pages are Chinese too, fit a phone of 390 pixels, and have no barrier', async () => {
  await using opened = await visit(browser, gateway, { as: ana, locale: 'zh-CN', viewport: PHONE })
  const { page } = opened
  const pages = [
    ['/money', '费用|余额|对账|账单'],
    ['/operator/people', '人员'],
    ['/operator/top-up', '充值码'],
    ['/operator/announcements', '公告'],
    ['/operator/routing', '队列'],
    ['/operator/health', '保留期限'],
    ['/operator/audit', '审计|日志|导出'],
  ] as const
  for (const [path, words] of pages) {
    await page.goto(gateway.url + path)
    await page.locator('main').getByText(new RegExp(words)).first().waitFor()
    await page.waitForLoadState('networkidle')
    expect({ path, overflow: await overflowOf(page) }).toEqual({ path, overflow: 0 })
    expect({ path, barriers: await barriersOn(page) }).toEqual({ path, barriers: [] })
  }
})
