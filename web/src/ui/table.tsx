import type { ReactNode } from 'react'
import { useT } from '../i18n/i18n.ts'
import { cn } from './classes.ts'
import { useMedia } from './use-media.ts'

/** A column of a table, and the same part of a card where there is no room for a table. */
export interface Column<Row> {
  /** What it is called; '' for one of buttons. */
  head: string
  /** Nothing (null, undefined, false or '') is a dash in a table, and is left out of a card. */
  cell: (row: Row) => ReactNode
  /** Figures of one width, aligned at their ends. */
  isNumber?: boolean
  /**
   * Its place in a card: what the row is called, a state or an amount at the end of that line, the buttons behind it, or a line
   * of its own. All others are facts below, with their names, or without them where they say themselves what they are.
   */
  card?: 'title' | 'mark' | 'actions' | 'line' | 'bare'
  /** Of its cells in a table. */
  className?: string
}

interface TableProps<Row> {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string
}

/** Below this, columns would be cut off: beside the rail of the shell, a table needs about 650 px. */
const NARROW = '(width < 56rem)'

/** Rows of one kind: a dense table, or a list of cards on a phone, so that nothing has to be scrolled sideways to be read. */
export function Table<Row>(props: TableProps<Row>) {
  return useMedia(NARROW) ? <Cards {...props} /> : <Rows {...props} />
}

const isNothing = (shown: ReactNode): boolean =>
  shown === null || shown === undefined || shown === false || shown === ''

function Rows<Row>({ label, columns, rows, keyOf }: TableProps<Row>) {
  const t = useT()
  return (
    <section tabIndex={0} aria-label={label} className="scroll-hint relative overflow-x-auto last:rounded-b-xl">
      <table className="w-full text-left">
        <thead>
          <tr className="border-line border-b text-soft text-xs">
            {columns.map(({ head, isNumber }) => (
              <th
                key={head}
                scope="col"
                className={cn('h-9 whitespace-nowrap px-4 font-medium', isNumber && 'text-right')}
              >
                {head || <span className="sr-only">{t('common.actions')}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="[&_tr:hover]:bg-hover/60 [&_tr:last-child]:border-0 [&_tr]:border-line [&_tr]:border-b">
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ head, cell, isNumber, card, className }) => {
                const shown = cell(row)
                return (
                  <td
                    key={head}
                    className={cn(
                      'h-11 px-4 py-1.5',
                      isNumber && 'whitespace-nowrap text-right tabular-nums',
                      card === 'actions' && 'text-right',
                      className,
                    )}
                  >
                    {isNothing(shown) && head !== '' ? <span className="text-soft">–</span> : shown}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Cards<Row>({ label, columns, rows, keyOf }: TableProps<Row>) {
  const shownIn = (row: Row, ...kinds: Column<Row>['card'][]) =>
    columns
      .filter(({ card }) => kinds.includes(card))
      .map(({ head, cell, card }) => ({ head, shown: cell(row), isBare: card === 'bare' }))
      .filter(({ shown }) => !isNothing(shown))
  return (
    <ul aria-label={label} className="divide-y divide-line">
      {rows.map((row) => (
        // What is far out of sight is not laid out: lists may be long.
        <li
          key={keyOf(row)}
          className="grid grid-cols-1 gap-1.5 px-4 py-3 [contain-intrinsic-size:auto_84px] [content-visibility:auto]"
        >
          <div className="flex items-start gap-2.5">
            <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
              {shownIn(row, 'title').map(({ head, shown }) => (
                <div key={head}>{shown}</div>
              ))}
            </div>
            {shownIn(row, 'mark').map(({ head, shown }) => (
              <div key={head} className="shrink-0 text-right font-medium tabular">
                {shown}
              </div>
            ))}
            {shownIn(row, 'actions').map(({ head, shown }) => (
              <div key={head} className="-my-1 shrink-0 [&:has(>button>svg:only-child)]:-mr-1.5">
                {shown}
              </div>
            ))}
          </div>
          {shownIn(row, 'line').map(({ head, shown }) => (
            <div key={head} className="min-w-0 [overflow-wrap:anywhere]">
              {shown}
            </div>
          ))}
          <Facts facts={shownIn(row, undefined, 'bare')} />
        </li>
      ))}
    </ul>
  )
}

function Facts({ facts }: { facts: readonly { head: string; shown: ReactNode; isBare: boolean }[] }) {
  if (facts.length === 0) return null
  return (
    <dl className="flex flex-wrap gap-x-4 gap-y-1 text-xs">
      {facts.map(({ head, shown, isBare }) => (
        <div key={head} className="flex min-w-0 items-baseline gap-1.5">
          <dt className={isBare ? 'sr-only' : 'shrink-0 text-soft'}>{head}</dt>
          <dd className="min-w-0 tabular [&_span.block]:ml-1.5 [&_span.block]:inline [overflow-wrap:anywhere]">
            {shown}
          </dd>
        </div>
      ))}
    </dl>
  )
}
