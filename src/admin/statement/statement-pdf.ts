import { setImmediate as turn } from 'node:timers/promises'
import fontkit from '@pdf-lib/fontkit'
import {
  beginText,
  endText,
  moveText,
  PDFDocument,
  type PDFFont,
  PDFHexString,
  type PDFName,
  type PDFPage,
  rgb,
  setFillingColor,
  setFontAndSize,
  showText,
} from 'pdf-lib'
import { type Faces, openFaces, type Run } from './faces.ts'
import { type Language, TEXTS } from './texts.ts'

export interface StatementLine {
  at: string
  kind: string
  what: string
  changeUsd: number
  paidUsd: number
  afterUsd: number
}

export interface StatementPage {
  tenant: string
  /** Days, as the input names them; absent: from the beginning, or until now. */
  from?: string | undefined
  to?: string | undefined
  madeAt: string
  language: Language
  /** The balance before the period; used where it has no lines. */
  beforeUsd: number
  /** The newest first. */
  lines: readonly StatementLine[]
  /** Whether older lines of the period were left out. */
  isCut: boolean
}

/** A4, in points of 1/72 inch. */
const WIDTH = 595.28
const HEIGHT = 841.89
const MARGIN = 42
const BOTTOM = 54
const ROW = 17
const SIZE = 8.5
const INK = rgb(0.1, 0.1, 0.12)
const SOFT = rgb(0.42, 0.42, 0.46)
const RULE = rgb(0.87, 0.87, 0.89)
const SHADE = rgb(0.965, 0.965, 0.972)

/** Where columns begin; those with `isRight` end there. */
const COLUMNS = [
  { name: 'at', x: MARGIN, widthPt: 92 },
  { name: 'kind', x: MARGIN + 96, widthPt: 76 },
  { name: 'what', x: MARGIN + 176, widthPt: 140 },
  { name: 'change', x: WIDTH - MARGIN - 132, widthPt: 62, isRight: true },
  { name: 'paid', x: WIDTH - MARGIN - 66, widthPt: 62, isRight: true },
  { name: 'after', x: WIDTH - MARGIN, widthPt: 62, isRight: true },
] as const

/** A statement as a document to keep or to send. Its text can be selected and searched. */
export async function statementPdf(statement: StatementPage): Promise<Uint8Array> {
  const document = await PDFDocument.create()
  document.registerFontkit(fontkit)
  const faces = openFaces(document)
  const t = TEXTS[statement.language]
  document.setTitle(`Polyphony · ${t.title} · ${statement.tenant}`)
  document.setLanguage(statement.language)
  document.setProducer('Polyphony')
  document.setCreator('Polyphony')
  const sheet = openSheet(document, faces)
  await head(sheet, statement)
  await columnHeads(sheet, statement.language)
  for (const line of statement.lines) {
    if (sheet.y < BOTTOM + ROW) {
      // Other requests have their turn between pages.
      await turn()
      sheet.next()
      await columnHeads(sheet, statement.language)
    }
    await row(sheet, line, statement.language)
  }
  if (statement.lines.length === 0) await sheet.write(t.nothing, { x: MARGIN, y: sheet.y, color: SOFT })
  if (statement.isCut) await sheet.write(t.cut, { x: MARGIN, y: Math.max(sheet.y, BOTTOM - 8), color: SOFT })
  await footers(document, sheet, t.page)
  return document.save({ objectsPerTick: 20 })
}

interface Writing {
  x: number
  y: number
  sizePt?: number
  color?: ReturnType<typeof rgb>
  isBold?: boolean
  isRight?: boolean
  /** What does not fit is cut. */
  widthPt?: number
}

interface Sheet {
  page: PDFPage
  /** Where the next row stands. */
  y: number
  next(): void
  turnTo(page: PDFPage): void
  write(text: string, writing: Writing): Promise<void>
}

function openSheet(document: PDFDocument, faces: Faces): Sheet {
  let names = new Map<PDFFont, PDFName>()
  const sheet: Sheet = {
    page: document.addPage([WIDTH, HEIGHT]),
    y: HEIGHT - MARGIN,
    turnTo(page) {
      sheet.page = page
      names = new Map()
    },
    next() {
      sheet.turnTo(document.addPage([WIDTH, HEIGHT]))
      sheet.y = HEIGHT - MARGIN
    },
    async write(text, { x, y, sizePt = SIZE, color = INK, isBold = false, isRight = false, widthPt }) {
      await faces.prepare(`${text}…`, isBold)
      let runs = faces.runsOf(text, sizePt, isBold)
      if (widthPt !== undefined && widthOf(runs) > widthPt) runs = shortened(faces, text, { sizePt, isBold, widthPt })
      let at = isRight ? x - widthOf(runs) : x
      for (const run of runs) {
        const name = names.get(run.font) ?? sheet.page.node.newFontDictionary(run.font.name, run.font.ref)
        names.set(run.font, name)
        // Not `drawText`, which lays out every text anew: a hundred times slower.
        sheet.page.pushOperators(
          beginText(),
          setFillingColor(color),
          setFontAndSize(name, sizePt),
          moveText(at, y),
          showText(PDFHexString.of(run.hex)),
          endText(),
        )
        at += run.widthPt
      }
    },
  }
  return sheet
}

function widthOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { widthPt }) => sum + widthPt, 0)
}

function shortened(
  faces: Faces,
  text: string,
  { sizePt, isBold, widthPt }: { sizePt: number; isBold: boolean; widthPt: number },
): Run[] {
  const signs = [...text.normalize('NFC')]
  const cut = (count: number) => faces.runsOf(`${signs.slice(0, count).join('')}…`, sizePt, isBold)
  let [fits, tooMany] = [0, signs.length]
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2)
    if (widthOf(cut(middle)) <= widthPt) fits = middle
    else tooMany = middle
  }
  return cut(fits)
}

async function head(
  sheet: Sheet,
  { tenant, from, to, madeAt, beforeUsd, lines, language }: StatementPage,
): Promise<void> {
  const t = TEXTS[language]
  const right = WIDTH - MARGIN
  sheet.y -= 14
  await sheet.write('Polyphony', { x: MARGIN, y: sheet.y, sizePt: 11, isBold: true, color: SOFT })
  await sheet.write(`${t.made} ${madeAt}`, { x: right, y: sheet.y, color: SOFT, isRight: true })
  sheet.y -= 34
  await sheet.write(t.title, { x: MARGIN, y: sheet.y, sizePt: 22, isBold: true })
  sheet.y -= 20
  await sheet.write(tenant, { x: MARGIN, y: sheet.y, sizePt: 12, widthPt: 320 })
  const period = `${from ?? t.beginning} – ${to ?? t.now}`
  await sheet.write(period, { x: right, y: sheet.y, sizePt: 10, color: SOFT, isRight: true })
  sheet.y -= 24
  await sums(sheet, { lines, beforeUsd, language })
}

async function sums(
  sheet: Sheet,
  { lines, beforeUsd, language }: Pick<StatementPage, 'lines' | 'beforeUsd' | 'language'>,
): Promise<void> {
  const t = TEXTS[language]
  const [newest, oldest] = [lines[0], lines.at(-1)]
  const opening = oldest ? oldest.afterUsd - oldest.changeUsd : beforeUsd
  const credited = lines.filter(({ kind }) => isFunding(kind)).reduce((sum, { changeUsd }) => sum + changeUsd, 0)
  const paid = lines.reduce((sum, { paidUsd }) => sum + paidUsd, 0)
  const cells: [string, number][] = [
    [t.opening, opening],
    [t.credited, credited],
    [t.paidInAll, paid],
    [t.closing, newest?.afterUsd ?? beforeUsd],
  ]
  const height = 46
  const width = (WIDTH - 2 * MARGIN) / cells.length
  sheet.page.drawRectangle({ x: MARGIN, y: sheet.y - height, width: WIDTH - 2 * MARGIN, height, color: SHADE })
  for (const [index, [label, usd]] of cells.entries()) {
    const x = MARGIN + 12 + index * width
    await sheet.write(label, { x, y: sheet.y - 17, color: SOFT })
    await sheet.write(money(usd), { x, y: sheet.y - 35, sizePt: 13, isBold: true })
  }
  sheet.y -= height + 22
}

/** What was paid in, and what of it went back. */
const isFunding = (kind: string): boolean => kind === 'credit' || kind === 'refund'

async function columnHeads(sheet: Sheet, language: Language): Promise<void> {
  const t = TEXTS[language]
  sheet.y -= 8
  for (const { name, x, ...column } of COLUMNS) {
    await sheet.write(t[name], { x, y: sheet.y, color: SOFT, isRight: 'isRight' in column })
  }
  sheet.y -= 6
  rule(sheet)
  sheet.y -= 12
}

async function row(sheet: Sheet, line: StatementLine, language: Language): Promise<void> {
  const kinds: Readonly<Record<string, string>> = TEXTS[language].kinds
  const cells = {
    at: line.at,
    kind: kinds[line.kind] ?? line.kind,
    what: line.what,
    change: line.changeUsd === 0 ? '–' : `${line.changeUsd > 0 ? '+' : ''}${money(line.changeUsd)}`,
    paid: line.paidUsd === 0 ? '–' : money(line.paidUsd),
    after: money(line.afterUsd),
  }
  for (const { name, x, widthPt, ...column } of COLUMNS) {
    const isRight = 'isRight' in column
    const color = name === 'what' || name === 'at' ? SOFT : INK
    await sheet.write(cells[name], { x, y: sheet.y, color, isRight, widthPt })
  }
  sheet.y -= 5
  rule(sheet)
  sheet.y -= ROW - 5
}

function rule({ page, y }: Sheet): void {
  page.drawLine({ start: { x: MARGIN, y }, end: { x: WIDTH - MARGIN, y }, thickness: 0.5, color: RULE })
}

async function footers(document: PDFDocument, sheet: Sheet, name: string): Promise<void> {
  const pages = document.getPages()
  for (const [index, page] of pages.entries()) {
    sheet.turnTo(page)
    const text = `${name} ${index + 1} / ${pages.length}`
    await sheet.write(text, { x: WIDTH - MARGIN, y: 28, color: SOFT, isRight: true })
  }
}

/** With as many digits as small prices need. */
function money(usd: number): string {
  const size = Math.abs(usd)
  const digits = size === 0 || size >= 0.995 ? 2 : size >= 0.0095 ? 3 : 5
  const number = size.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: digits })
  return `${usd < 0 ? '-' : ''}$${number}`
}
