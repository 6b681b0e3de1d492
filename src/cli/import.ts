import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { stringify } from 'yaml'
import { PolyphonyError } from '../core/errors.ts'
import { importRelay } from '../imports/import-relay.ts'
import { openSource } from '../imports/open-source.ts'
import { type HistoryLine, PIAPI, piapiHistory } from '../imports/piapi-history.ts'
import { RELAYS, type Relay } from '../imports/relay-rows.ts'
import type { ImportReport, Note } from '../imports/report.ts'
import { openLocalAdmin } from './local-admin.ts'
import type { Json } from './options.ts'
import { print, table, usd } from './print.ts'
import { openLines } from './write-lines.ts'

interface RelayOptions extends Json {
  as?: string
  dryRun?: boolean
  dropIpLimits?: boolean
}

interface PiapiOptions extends Json {
  to: string
  baseUrl: string
}

const PIAPI_KEY = 'PIAPI_API_KEY'

export function importCommand(): Command {
  const command = new Command('import').description(
    'Take over the users, keys and prices of another gateway, or a history',
  )
  for (const kind of RELAYS) command.addCommand(relayCommand(kind))
  return command.addCommand(piapiCommand())
}

function relayCommand(kind: Relay): Command {
  return new Command(kind)
    .description(
      `Import users, tokens, channels, prices and balances of ${kind}; what was imported before stays as it is`,
    )
    .argument(
      '<dsn>',
      'an SQLite file, postgres://…, user:password@tcp(host:3306)/name, mysql://…; @FILE reads it from a file',
    )
    .option('--as <name>', `what this installation is called (default: ${kind}); give a second one another name`)
    .option('--dry-run', 'only say what would be done')
    .option('--drop-ip-limits', 'also import tokens that may only be used from some addresses, without that limit')
    .option('--json', 'print JSON')
    .action(async (dsn: string, { as = kind, dryRun = false, dropIpLimits = false, json }: RelayOptions) => {
      if (!/^[\w.-]{1,30}$/.test(as)) {
        throw new PolyphonyError('invalid_input', '--as must be 1 to 30 letters, digits, dots, dashes or underscores.')
      }
      const { context, requireSecret, close } = await openLocalAdmin()
      try {
        await requireSecret()
        const source = await openSource(await dsnIn(dsn))
        try {
          const options = { kind, as, isDry: dryRun, dropsAddressLimits: dropIpLimits }
          const report = await importRelay(context, source, options)
          print(json, shown(report), linesOf(report))
        } finally {
          await source.close()
        }
      } finally {
        await close()
      }
    })
}

/** An argument can be seen by other users of the machine, and a DSN has a password. */
async function dsnIn(argument: string): Promise<string> {
  if (!argument.startsWith('@')) return argument
  try {
    return (await readFile(argument.slice(1), 'utf8')).trim()
  } catch (error) {
    throw new PolyphonyError('invalid_input', `${argument.slice(1)} cannot be read.`, { cause: error })
  }
}

function shown({ from, as, isDry, opening, unusableKeys, ...report }: ImportReport) {
  const { tenants, points } = opening
  return {
    from,
    as,
    dry_run: isDry,
    ...report,
    unusable_keys: unusableKeys,
    opening: { tenants, points, usd: Number(usd(points).slice(1)) },
  }
}

function linesOf(report: ImportReport): string[] {
  const { isDry, opening, unusableKeys, models, notes } = report
  const rows = (['tenants', 'keys', 'people', 'accounts', 'prices'] as const).map((what) => {
    const { created, present, left } = report[what]
    return [what, String(created), String(present), String(left)]
  })
  const { revoked, expired, spent } = unusableKeys
  return [
    isDry ? 'Nothing was written. This is what would be done:' : `Imported from ${report.from} as ${report.as}:`,
    '',
    ...table(['', isDry ? 'new' : 'made', 'there already', 'left out'], rows),
    '',
    `Opening balances: ${usd(opening.points)} for ${opening.tenants} tenants.`,
    ...(revoked + expired + spent === 0
      ? []
      : [
          `Of the keys, ${revoked} are revoked, ${expired} have expired and ${spent} may spend nothing, as they were there.`,
        ]),
    ...(report.people.created === 0
      ? []
      : ['Passwords are not imported. "polyphony person reset EMAIL" makes the link by which someone sets one.']),
    ...noteLines(notes),
    ...modelLines(models),
  ]
}

const SHOWN_SUBJECTS = 10

/** The notes, those of the same text together. */
function noteLines(notes: readonly Note[]): string[] {
  if (notes.length === 0) return []
  const lines = [...Map.groupBy(notes, ({ note }) => note)].flatMap(([note, same]) => {
    const subjects = same.slice(0, SHOWN_SUBJECTS).map(({ subject }) => subject)
    const more = same.length > SHOWN_SUBJECTS ? ` and ${same.length - SHOWN_SUBJECTS} more (--json has all)` : ''
    return [`- ${note}`, `    ${subjects.join(', ')}${more}`]
  })
  return ['', 'Without a counterpart, or to be done by hand:', '', ...lines]
}

function modelLines(models: ImportReport['models']): string[] {
  if (Object.keys(models).length === 0) return []
  const prices = Object.fromEntries(Object.entries(models).map(([name, price]) => [name, { price }]))
  return [
    '',
    'Prices of calls are settings. For polyphony.config.yaml, in USD for a million tokens or a call:',
    '',
    ...stringify({ POLYPHONY_MODELS: prices }).trimEnd().split('\n'),
  ]
}

function piapiCommand(): Command {
  return new Command('piapi')
    .description('Write the history of a PiAPI account into a file, a line of JSON for each task')
    .requiredOption('--to <file>', 'a new file, such as piapi-history.jsonl')
    .option('--key <key>', `the key at PiAPI (or set ${PIAPI_KEY}, which other users of this machine cannot see)`)
    .option('--base-url <url>', 'another address', PIAPI)
    .option('--json', 'print JSON')
    .action(async ({ to, baseUrl, json }: PiapiOptions, command: Command) => {
      // The whole program has an option of this name, which takes it. A key for a server of ours in a variable is not meant.
      const { key = process.env[PIAPI_KEY] } = command.optsWithGlobals<{ key?: string }>()
      if (!key) throw new PolyphonyError('invalid_input', `--key is required, or ${PIAPI_KEY}.`)
      if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) {
        throw new PolyphonyError('invalid_input', `--base-url must be an http or https URL, not "${baseUrl}".`)
      }
      const counts = await writeHistory(piapiHistory({ key, baseUrl, fetch }), to)
      print(json, { file: to, ...counts }, [
        `${to}: ${counts.tasks} tasks, ${counts.whole} of them with input and output.`,
        'They are no tasks of this gateway, which were held, done and paid here. Their files stay at PiAPI, for as long as it keeps them.',
      ])
    })
}

/** The file is made when the first task has come: nothing is left by a key that is refused. */
async function writeHistory(history: AsyncGenerator<HistoryLine>, file: string) {
  const counts = { tasks: 0, whole: 0 }
  let next = await history.next()
  const lines = await openLines(file)
  try {
    for (; !next.done; next = await history.next()) {
      await lines.write(`${JSON.stringify(next.value)}\n`)
      counts.tasks += 1
      if (next.value.task !== null) counts.whole += 1
    }
  } finally {
    await lines.close()
  }
  return counts
}
