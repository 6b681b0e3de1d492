import packed from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'

/** A page in a real browser that reaches one gateway and nothing else. */
export interface TestPage extends AsyncDisposable {
  page: Page
  /** What the page asked of other hosts; every such request is refused. */
  strayRequests: string[]
  /** Errors of the page's console and scripts. */
  errors: string[]
}

/** Chromium without a window; it comes with the packages. Only `drawsWebGl` makes it draw 3D. */
export async function openBrowser({ drawsWebGl = false } = {}): Promise<Browser> {
  // As root, Chromium starts only without its sandbox; the arguments of the package say so. In one process, an error in one
  // page would end all others.
  // Pages are painted by the processor either way, and through WebGL twice: a fifth of the time. Without it none misses it.
  packed.setGraphicsMode = drawsWebGl
  const args = packed.args.filter((one) => !['--single-process', '--no-zygote'].includes(one))
  return chromium.launch({ args: [...args, '--no-zygote'], executablePath: await packed.executablePath() })
}

export async function openPage(browser: Browser, origin: string): Promise<TestPage> {
  const context = await browser.newContext({ viewport: { width: 1_400, height: 900 } })
  const strayRequests: string[] = []
  const errors: string[] = []
  await context.route('**/*', (route) => {
    const url = route.request().url()
    if (url.startsWith(`${origin}/`) || /^(data|blob):/.test(url)) return route.continue()
    strayRequests.push(url)
    return route.abort()
  })
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  return { page, strayRequests, errors, [Symbol.asyncDispose]: () => context.close() }
}
