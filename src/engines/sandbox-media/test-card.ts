import { type Area, Canvas, colourOf, GREY, type Mask } from '../video/canvas.ts'
import { heightFor, lettersMask, signsMask } from './letters.ts'
import { WORD } from './mark.ts'

export interface TestCard {
  canvas: Canvas
  /** Makes the canvas frame number `index`. Frames are drawn in order from 0: each changes only what differs. */
  draw(index: number): void
}

const PAPER = colourOf(28, 30, 38)
const TROUGH = colourOf(74, 78, 92)
const WHITE = colourOf(245, 245, 245)
const AMBER = colourOf(250, 176, 40)
const STRIPES = [
  colourOf(191, 191, 191),
  colourOf(191, 191, 0),
  colourOf(0, 191, 191),
  colourOf(0, 191, 0),
  colourOf(191, 0, 191),
  colourOf(191, 0, 0),
  colourOf(0, 0, 191),
]

/** All signs of "3 / 12.5 S". */
const SIGNS = '0123456789./S '
/** Letters below this height would be a smear, and are left out. */
const LEAST_LETTERS_PX = 5
/** How many frames the block takes from one side to the other. */
const FRAMES_ACROSS = 24

/** The positions of all parts. From top to bottom: a panel with word, bar and counter, the lane of the block, the stripes. */
interface Layout {
  letterHeight: number
  panel?: Area
  bar: Area
  /** Left and upper edge of the counter's first sign. */
  counter?: { x: number; y: number }
  block: { y: number; sizePx: number; stepPx: number; places: number }
  stripes: { y: number; heightPx: number }
}

/** A grey test card. All positions and sizes follow from the size of the picture. */
export async function openTestCard(film: {
  widthPx: number
  heightPx: number
  seconds: number
  frames: number
}): Promise<TestCard> {
  const canvas = new Canvas(film.widthPx, film.heightPx)
  const layout = layOut(film)
  const [word, signs] = await Promise.all([
    layout.panel && lettersMask(WORD, layout.letterHeight),
    layout.counter && signsMask(SIGNS, layout.letterHeight * COUNTER),
  ])
  let filledPx = 0
  let blockX = 0
  let shown = ''

  const drawStill = (): void => {
    const { panel, bar, stripes } = layout
    STRIPES.forEach((colour, index) => {
      const x = even((film.widthPx * index) / STRIPES.length)
      canvas.fill({ x, y: stripes.y, widthPx: canvas.codedWidthPx - x, heightPx: stripes.heightPx }, colour)
    })
    if (panel) canvas.fill(panel, PAPER)
    canvas.fill(bar, TROUGH)
    if (panel && word) stampWord(canvas, word, panel, layout.letterHeight)
  }
  const drawBar = (part: number): void => {
    const { x, y, widthPx, heightPx } = layout.bar
    const untilPx = even(widthPx * part)
    if (untilPx > filledPx) canvas.fill({ x: x + filledPx, y, widthPx: untilPx - filledPx, heightPx }, AMBER)
    filledPx = untilPx
  }
  const drawBlock = (index: number): void => {
    const { y, sizePx, stepPx, places } = layout.block
    const turn = index % (2 * places - 2)
    canvas.fill({ x: blockX, y, widthPx: sizePx, heightPx: sizePx }, GREY)
    blockX = stepPx * Math.min(turn, 2 * places - 2 - turn)
    canvas.fill({ x: blockX, y, widthPx: sizePx, heightPx: sizePx }, AMBER)
  }
  const drawCounter = (now: string): void => {
    const { counter } = layout
    if (!counter || !signs) return
    for (const [index, sign] of [...now].entries()) {
      if (shown[index] === sign) continue
      const [x, from] = [counter.x + index * signs.cellPx, SIGNS.indexOf(sign) * signs.cellPx]
      canvas.stamp(signs, { x, y: counter.y, ink: WHITE.luma, paper: PAPER.luma, from, widthPx: signs.cellPx })
    }
    shown = now
  }

  return {
    canvas,
    draw(index) {
      if (index === 0) drawStill()
      drawBar(index / Math.max(1, film.frames - 1))
      drawBlock(index)
      drawCounter(counterText((index * film.seconds) / film.frames, film.seconds))
    },
  }
}

/** In parts of the letters' height. */
const PADDING = 0.5
const BAR = 0.2
const COUNTER = 0.4

function layOut({ widthPx, heightPx }: { widthPx: number; heightPx: number }): Layout {
  const wordWidth = widthPx * (widthPx < 160 ? 0.86 : 0.7)
  const letterHeight = Math.min(heightFor(WORD, wordWidth), 0.19 * heightPx)
  const stripesY = even(0.92 * heightPx)
  const sizePx = Math.max(2, even(Math.min(0.11 * heightPx, 0.25 * widthPx)))
  const stepPx = Math.max(2, even((widthPx - sizePx) / FRAMES_ACROSS))
  const fixed = {
    letterHeight,
    block: { y: even(0.78 * heightPx), sizePx, stepPx, places: 1 + Math.floor((widthPx - sizePx) / stepPx) },
    stripes: { y: stripesY, heightPx: 16 * Math.ceil(heightPx / 16) - stripesY },
  }
  const barHeightPx = Math.max(2, even(BAR * letterHeight))
  if (letterHeight < LEAST_LETTERS_PX)
    return { ...fixed, bar: { x: 0, y: even(0.3 * heightPx), widthPx: even(widthPx), heightPx: barHeightPx } }

  const hasCounter = letterHeight * COUNTER >= LEAST_LETTERS_PX
  const padding = PADDING * letterHeight
  const panelWidthPx = Math.min(widthPx, even(letterHeight / heightFor(WORD, 1) + 2 * padding))
  const panelHeightPx = even(
    3 * padding + letterHeight + barHeightPx + (hasCounter ? 0.7 * padding + COUNTER * letterHeight : 0),
  )
  const panel = {
    x: even((widthPx - panelWidthPx) / 2),
    y: even(Math.max(0, (0.78 * heightPx - panelHeightPx) / 2)),
    widthPx: panelWidthPx,
    heightPx: panelHeightPx,
  }
  const bar = {
    x: panel.x + even(padding),
    y: panel.y + even(2 * padding + letterHeight),
    widthPx: panelWidthPx - 2 * even(padding),
    heightPx: barHeightPx,
  }
  if (!hasCounter) return { ...fixed, panel, bar }
  return { ...fixed, panel, bar, counter: { x: bar.x, y: bar.y + barHeightPx + even(0.5 * padding) } }
}

function stampWord(canvas: Canvas, word: Mask & { marginPx: number }, panel: Area, letterHeight: number): void {
  const x = panel.x + Math.max(0, Math.round((panel.widthPx - word.widthPx) / 2))
  const y = panel.y + Math.max(0, Math.round(PADDING * letterHeight) - word.marginPx)
  canvas.stamp(word, { x, y, ink: WHITE.luma, paper: PAPER.luma })
}

/** "3 / 12.5 S": whole seconds gone, of how many. Always of one length, so that no sign is left over from before. */
function counterText(goneSeconds: number, seconds: number): string {
  const all = String(Number(seconds.toFixed(1)))
  return `${String(Math.floor(goneSeconds + 1e-9)).padStart(String(Math.floor(seconds)).length)} / ${all} S`
}

const even = (value: number): number => 2 * Math.floor(value / 2)
