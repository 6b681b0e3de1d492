import { createHash } from 'node:crypto'
import { Readable, Transform } from 'node:stream'
import type { CallFiles } from '../../calls/call-files.ts'
import type { CallFile } from '../../core/call-file.ts'
import { MINUTE_MS } from '../../core/clock.ts'
import type { Draft } from '../../core/draft.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { isLostRace } from '../../tasks/drafts.ts'
import type { DialectContext } from '../dialect.ts'

/** For uploads that come in parts, each of which is a file that no list shows: makes one file of them. */

/** How the parts of an upload become its file. */
export interface Joining {
  /** Read once this request alone joins them; in the order of the file. */
  parts(): Promise<readonly CallFile[]>
  /** What is removed at the end: the parts, and those that were sent again or were not named. */
  all(): Promise<readonly CallFile[]>
  file: Parameters<CallFiles['name']>[1]
  /** Throws where the bytes are not those that the client meant; the parts stay then. */
  check?(md5: string): void
  /** The draft's body once the file is there. */
  done(file: CallFile): JsonObject
}

/** A process that ended while it joined parts holds up others for so long. */
const CLAIM_MS = 15 * MINUTE_MS

export function isBeingJoined({ body }: Draft, now: number): boolean {
  return typeof body.joiningAt === 'number' && body.joiningAt + CLAIM_MS > now
}

/**
 * Makes one file of the parts of an upload, and ends the upload; the parts are removed then. The draft is claimed first, so
 * that requests that come at the same time do not copy the file once each. Throws `conflict` while another request joins them.
 */
export async function joinUpload(
  draft: Draft,
  joining: Joining,
  { callFiles, drafts, clock }: Pick<DialectContext, 'callFiles' | 'drafts' | 'clock'>,
): Promise<{ draft: Draft; file: CallFile }> {
  if (isBeingJoined(draft, clock.now())) throw busy()
  const { joiningAt: _earlier, ...open } = draft.body
  const claimed = await orBusy(drafts.change(draft, { ...open, joiningAt: clock.now() }))
  let file: CallFile
  try {
    file = await fileOf(claimed, joining, callFiles)
  } catch (error) {
    await release(drafts.change(claimed, open as JsonObject))
    throw error
  }
  let done: Draft
  try {
    done = await orBusy(drafts.change(claimed, joining.done(file)))
  } catch (error) {
    await callFiles.remove(file)
    throw error
  }
  await callFiles.removeParts(await joining.all())
  return { draft: done, file }
}

/**
 * Makes something of parts that count towards the same quota: where there is no room for it beside them, they are removed
 * first, so that a file may be as large as the quota. What it was made of is not needed again then.
 */
export async function inPlaceOf<Made>(
  make: () => Promise<Made>,
  parts: () => Promise<readonly CallFile[]>,
  callFiles: CallFiles,
): Promise<Made> {
  try {
    return await make()
  } catch (error) {
    if (!(error instanceof PolyphonyError) || error.code !== 'storage_quota_reached') throw error
    await callFiles.removeParts(await parts())
    return make()
  }
}

async function fileOf(owner: Draft, joining: Joining, callFiles: CallFiles): Promise<CallFile> {
  const parts = await joining.parts()
  const digest = createHash('md5')
  const hashing = new Transform({
    transform(chunk, _encoding, done) {
      digest.update(chunk)
      done(null, chunk)
    },
  })
  const whole = Readable.from(bytesOf(parts, callFiles), { objectMode: false })
  whole.on('error', (error) => hashing.destroy(error))
  const partsBytes = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const received = await callFiles.receive(whole.pipe(hashing), owner, callFiles.maxBytes, partsBytes)
  try {
    joining.check?.(digest.digest('hex'))
    return await inPlaceOf(() => callFiles.name(received, joining.file), joining.all, callFiles)
  } catch (error) {
    await callFiles.discard(received)
    throw error
  }
}

async function* bytesOf(parts: readonly CallFile[], callFiles: CallFiles): AsyncGenerator<Buffer> {
  for (const part of parts) for await (const chunk of await callFiles.open(part)) yield chunk as Buffer // of a file
}

/** Gives a claim back. Where the upload was cancelled meanwhile, there is none; any other failure is thrown: the claim stands. */
async function release(change: Promise<Draft>): Promise<void> {
  try {
    await change
  } catch (error) {
    if (!isLostRace(error)) throw error
  }
}

async function orBusy(change: Promise<Draft>): Promise<Draft> {
  try {
    return await change
  } catch (error) {
    throw isLostRace(error) ? busy() : error
  }
}

function busy(): PolyphonyError {
  return new PolyphonyError(
    'conflict',
    'Another request makes the file of this upload, or has ended it. Read it again.',
  )
}
