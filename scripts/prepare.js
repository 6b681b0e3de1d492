// Runs after `npm ci`: builds where the packages for it are there. Without them (`--omit=dev`) the program runs from source.
// JavaScript, as the npm of an older Node.js runs it.
import { existsSync } from 'node:fs'

if (existsSync(new URL('../node_modules/rolldown', import.meta.url))) {
  const { build } = await import('./build.ts')
  const files = await build(new URL('../dist', import.meta.url).pathname)
  console.log(`dist: ${files} files`)
  const { buildWeb } = await import('./build-web.ts')
  const pages = await buildWeb(new URL('../dist/web', import.meta.url).pathname)
  console.log(`dist/web: ${pages} files`)
  const { buildGuide } = await import('./build-guide.ts')
  const guide = await buildGuide(new URL('../dist/guide', import.meta.url).pathname)
  console.log(`dist/guide: ${guide} files`)
  const { buildReference } = await import('./build-reference.ts')
  const reference = await buildReference(new URL('../dist/reference', import.meta.url).pathname)
  console.log(`dist/reference: ${reference} files`)
}
