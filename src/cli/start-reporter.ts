import type { CredentialCheck } from '../compose/check-credentials.ts'
import { GRACE_MS } from '../compose/grace.ts'
import type { StartReport } from '../compose/start-report.ts'
import { SECOND_MS } from '../core/clock.ts'
import type { Gateway } from '../main.ts'
import { version } from '../version.ts'

const CREDENTIAL_WORDS: Record<CredentialCheck['result'], string> = {
  works: 'the credential works',
  refused: 'the vendor refuses the credential',
  'no answer': 'the vendor does not answer, so the credential was not tested',
  'not asked': 'the credential was not tested',
}

/** Says what a start and a stop do: to a person at a terminal, or as log lines. */
export interface Reporter {
  started(gateway: Gateway, warnings: string[]): void
  checked(gateway: Gateway, check: CredentialCheck): void
  stopping(gateway: Gateway, inHand: number): void
}

export const onTerminal: Reporter = {
  started({ report }, warnings) {
    console.log(startText(report, warnings))
  },
  checked(_gateway, { name, result, says }) {
    console.log(`  ${'credential'.padEnd(13)}  ${name}: ${result}${says === '' ? '' : `: ${says}`}`)
  },
  stopping(_gateway, inHand) {
    console.error(`stopping: ${waitsFor(inHand)}; again to quit at once`)
  },
}

export const asLogLines: Reporter = {
  started({ log }, warnings) {
    for (const warning of warnings) log.warn(warning)
  },
  checked({ log }, { says, ...check }) {
    const fields = says === '' ? check : { ...check, reason: says }
    const isTrouble = check.result === 'refused' || check.result === 'no answer'
    log[isTrouble ? 'warn' : 'info'](fields, CREDENTIAL_WORDS[check.result])
  },
  stopping({ log }, inHand) {
    log.info({ tasks: inHand, atMostSeconds: GRACE_MS / SECOND_MS }, `stopping: ${waitsFor(inHand)}`)
  },
}

function waitsFor(inHand: number): string {
  return `${inHand} ${inHand === 1 ? 'task' : 'tasks'} in hand, at most ${GRACE_MS / SECOND_MS} s`
}

export function startText(report: StartReport, warnings: readonly string[]): string {
  const rows: [string, string][] = [
    ['address', report.url],
    ['documentation', report.docs],
    ['database', report.store],
    ['data folder', report.dataDir],
    ['files', report.storage],
    ...warnings.map((warning): [string, string] => ['warning', warning]),
  ]
  const lines = rows.map(([name, value]) => `  ${name.padEnd(13)}  ${value}`)
  return ['', `  Polyphony ${version} serves. Ctrl-C ends it.`, '', ...lines, ''].join('\n')
}
