import { chmodSync, copyFileSync, mkdtempSync, type PathLike, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openSqlite } from '../../store/sqlite.ts'
import { checkDatabase } from './database.ts'

/** By the mode: a file is closed if its owner may not write it. */
function access(path: PathLike): void {
  if ((statSync(path).mode & 0o200) === 0) throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
}

it('a file that the database does not use, such as a copy of it, may be closed, and one that it uses may not', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'polyphony-closed-files-'))
  const path = join(dataDir, 'polyphony.db')
  const statusOf = async () => (await checkDatabase({ databaseUrl: undefined, dataDir }, access)).findings
  try {
    await (await openSqlite({ path })).close()
    for (const copy of ['polyphony.db.old', 'polyphony.db-2026', 'polyphony.db.before-0011', 'polyphony.database']) {
      copyFileSync(path, join(dataDir, copy))
      chmodSync(join(dataDir, copy), 0o400)
    }
    expect(await statusOf()).toMatchObject([{ status: 'ok' }])
    for (const used of ['polyphony.db.serve-lock', 'polyphony.db-shm', 'polyphony.db.migrate-lock-journal']) {
      writeFileSync(join(dataDir, used), '')
      chmodSync(join(dataDir, used), 0o400)
      const says = expect.stringContaining(`${used} cannot be written`)
      expect(await statusOf()).toMatchObject([{ status: 'fault', says }])
      rmSync(join(dataDir, used))
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
})
