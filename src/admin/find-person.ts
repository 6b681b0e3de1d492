import { Type } from 'typebox'
import { PolyphonyError } from '../core/errors.ts'
import type { Person } from '../core/person.ts'
import type { Store } from '../store/store.ts'

export const PERSON = Type.String({
  minLength: 1,
  maxLength: 254,
  description: 'The id or the e-mail address of a person.',
})

/** The person with this id or e-mail address. Throws `not_found`. */
export async function findPerson(store: Store, idOrEmail: string): Promise<Person> {
  const by = idOrEmail.includes('@') ? { email: idOrEmail.trim().toLowerCase() } : { id: idOrEmail }
  const person = await store.getPerson(by)
  if (!person) throw new PolyphonyError('not_found', `There is no person "${idOrEmail}".`)
  return person
}
