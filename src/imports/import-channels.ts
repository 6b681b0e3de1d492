import type { ImportedAccount } from '../accounts/edit-account.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { accountPlan, settingsOf } from './channel-accounts.ts'
import type { Import } from './import-relay.ts'
import { readChannels, type SourceChannel } from './relay-rows.ts'
import { shortened } from './row.ts'
import { importedId } from './source-ids.ts'

/** Channels become accounts of the operator, one for each key. */

const MAX_NAME = 100

export async function importChannels(run: Import): Promise<void> {
  const known = new Set((await run.store.listAccounts({ tenantId: null })).map(({ id }) => id))
  for await (const channel of readChannels(run.source)) {
    noteChannel(run, channel)
    for (const index of channel.keys.keys()) await importKey(run, channel, index, known)
  }
}

async function importKey(run: Import, channel: SourceChannel, index: number, known: Set<string>): Promise<void> {
  const { accounts } = run.report
  const id = importedId(run.as, 'channels', `${channel.id}/${index}`)
  if (known.has(id)) {
    accounts.present += 1
    return
  }
  const key = channel.keys[index]
  const plan = key && accountPlan(run.kind, channel, key.text)
  if (!plan || 'reason' in plan) {
    leaveOut(run, channel, plan?.reason ?? 'it has no key')
    return
  }
  const body: JsonObject = { ...plan, ...settingsOf(channel).settings, name: nameOf(run, channel, index) }
  const isDisabled = channel.isDisabled || key.isDisabled
  if (!run.isDry && !(await added(run, channel, body, { id, isDisabled }))) return
  accounts.created += 1
}

/** False, with a note, for what accounts refuse, such as a key that is no line of ASCII. */
async function added(
  run: Import,
  channel: SourceChannel,
  body: JsonObject,
  imported: ImportedAccount,
): Promise<boolean> {
  try {
    await run.accounts.add(body, 'operator', imported)
    return true
  } catch (error) {
    if (!(error instanceof PolyphonyError) || error.code !== 'invalid_input') throw error
    leaveOut(run, channel, error.message)
    return false
  }
}

function nameOf({ as }: Import, { id, name, keys }: SourceChannel, index: number): string {
  const mark = keys.length === 1 ? ` (${as} ${id})` : ` (${as} ${id}, key ${index + 1})`
  return `${shortened(name, MAX_NAME - mark.length)}${mark}`.trim()
}

function leaveOut({ report }: Import, channel: SourceChannel, reason: string): void {
  report.accounts.left += 1
  report.notes.push({ subject: titleOf(channel), note: `left out: ${reason}` })
}

function titleOf({ id, name }: SourceChannel): string {
  return `channel ${id} (${name})`
}

function noteChannel({ report }: Import, channel: SourceChannel): void {
  const say = (note: string) => report.notes.push({ subject: titleOf(channel), note })
  if (channel.keys.length === 0) {
    report.accounts.left += 1
    say('left out: it has no key')
    return
  }
  if (channel.groups.some((group) => group !== 'default')) {
    say(`is for the groups ${channel.groups.join(', ')}: accounts of the operator serve every tenant`)
  }
  const mapped = Object.entries(channel.modelMapping)
  if (mapped.length > 0) {
    say(
      `maps models (${mapped.map(([from, to]) => `${from} to ${to}`).join(', ')}): set "to" of them in POLYPHONY_MODELS`,
    )
  }
  if (channel.extras.length > 0) say(`has ${channel.extras.join(', ')}, which accounts have not`)
  if (settingsOf(channel).isClamped)
    say('has a weight or priority beyond the bounds here, which was put to the nearest one')
}
