import { hasCopies } from '../../assets/owners.ts'
import { differences } from '../../compose/identity.ts'
import { openStorage } from '../../compose/storage.ts'
import { openStore } from '../../compose/store.ts'
import type { Config } from '../../config/config.ts'
import { type Finding, fault, ok, reasonOf, warning } from './finding.ts'

const ABOUT = 'identity'
const COPIED =
  'a copy of this database uses the same storage, so files without rows stay: give the copy a storage of its own, or, if it is ' +
  'gone, run "polyphony adopt storage"'

/** Whether secret and storage are those of the database; nothing to say of a database that is yet to be made or upgraded. */
export async function checkIdentity(config: Config, isCurrent: boolean): Promise<Finding[]> {
  if (!isCurrent || !config.hasSecret()) return [] // what is missing is said elsewhere
  const store = await openStore(config, { exclusive: false })
  try {
    const disk = await openStorage(config)
    const errors = await differences(store, config, disk)
    if (errors.length > 0) return errors.map(({ message }) => fault(ABOUT, message))
    if (await hasCopies(store, disk)) return [warning(ABOUT, COPIED)]
    return [ok(ABOUT, 'secret and storage are those of the database')]
  } catch (error) {
    return [warning(ABOUT, `not checked: ${reasonOf(error)}`)]
  } finally {
    await store.close()
  }
}
