import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { writeGallery } from './studio/gallery.ts'

/**
 * The studio at work: `npm run studio -- --gallery` renders a song of each style into a page that works without a server and
 * without a network. Options: `--styles "pop; folk, female"` (all by default), `--seconds 60`, `--seed 7`, `--into FOLDER`.
 */

const USAGE =
  'Usage: npm run studio -- --gallery [--styles "pop; folk, female"] [--seconds 60] [--seed 7] [--into FOLDER]'

const { values } = parseArgs({
  options: {
    gallery: { type: 'boolean', default: false },
    styles: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '7' },
    into: { type: 'string', default: 'gallery' },
  },
})

const seconds = Number(values.seconds)
const seed = Number(values.seed)
if (!values.gallery || !(seconds >= 8 && seconds <= 600) || !Number.isSafeInteger(seed)) {
  console.error(USAGE)
  process.exit(1)
}

const into = resolve(values.into)
const wanted = values.styles?.split(';').flatMap((style) => (style.trim() === '' ? [] : [style.trim()]))
const page = await writeGallery({ into, seconds, seed, ...(wanted && { styles: wanted }) }, (line) =>
  console.error(line),
)
console.log(page)
