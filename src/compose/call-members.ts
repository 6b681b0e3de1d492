import { callSideOf, type Member } from '../accounts/member.ts'
import type { CallMember } from '../calls/calls.ts'
import type { Target } from '../calls/routing.ts'
import type { Caller } from '../core/caller.ts'
import { fits } from '../core/model-name.ts'
import type { Mode } from '../core/task.ts'
import type { CallEndpoint, CallSide } from '../providers/provider.ts'

export interface CallMembersOptions {
  /** All accounts; another map whenever they have been read again. */
  members(): ReadonlyMap<string, Member>
  modelsOf(member: Member): readonly string[]
  /** Servers that were found on this machine and that the caller may use. */
  localFor(caller: Pick<Caller, 'mode' | 'tenantId'>): readonly CallMember[]
}

/**
 * Returns the function that lists the accounts that a caller's calls may use. A tenant's own come before the operator's. The
 * lists stand until the accounts are read again: making one for each call would look at all accounts of all tenants.
 */
export function openCallMembers(options: CallMembersOptions): (caller: Caller) => readonly CallMember[] {
  let known: ReadonlyMap<string, Member> | undefined
  let lists: ReadonlyMap<string, readonly CallMember[]> = new Map()
  return (caller) => {
    const { mode, tenantId } = caller
    const members = options.members()
    if (members !== known) {
      known = members
      lists = listsOf(members.values(), options)
    }
    const configured = lists.get(nameOf(mode, tenantId)) ?? lists.get(nameOf(mode, null)) ?? []
    const local = options.localFor(caller)
    return local.length === 0 ? configured : [...configured, ...local]
  }
}

/** The account of a provider in this process that answers an endpoint, whatever the mode of the key. */
export function builtInTarget(
  { endpoint, model: named }: { endpoint: CallEndpoint; model: string },
  options: CallMembersOptions,
): Target<CallMember> | undefined {
  for (const member of options.members().values()) {
    const side = member.isBuiltIn ? callSideOf(member) : undefined
    const [own = ''] = side?.models ?? []
    const model = fits(own, named) ? named : own
    if (side && side.urlOf(endpoint, model, member.account.settings) !== undefined)
      return { member: new LiveMember(member, side, options.modelsOf), model }
  }
  return undefined
}

/** A list for each mode with the accounts of the operator, and one for each tenant that has accounts of its own. */
function listsOf(
  members: Iterable<Member>,
  { modelsOf }: CallMembersOptions,
): ReadonlyMap<string, readonly CallMember[]> {
  const own = new Map<string, { mode: Mode; accounts: CallMember[] }>()
  for (const member of members) {
    const { record, problem } = member
    const side = callSideOf(member)
    if (!side || problem !== null) continue
    const name = nameOf(record.mode, record.tenantId)
    const list = own.get(name) ?? { mode: record.mode, accounts: [] }
    list.accounts.push(new LiveMember(member, side, modelsOf))
    own.set(name, list)
  }
  const ofOperator = (mode: Mode) => own.get(nameOf(mode, null))?.accounts ?? []
  return new Map(
    [...own].map(([name, { mode, accounts }]) => [
      name,
      name === nameOf(mode, null) ? accounts : [...accounts, ...ofOperator(mode)],
    ]),
  )
}

function nameOf(mode: Mode, tenantId: string | null): string {
  return tenantId === null ? mode : `${mode} ${tenantId}`
}

/** Its health and its list of models are read when they are needed: they change while the list of accounts stands. */
class LiveMember implements CallMember {
  readonly side: CallSide
  readonly isBuiltIn: boolean
  readonly account: Member['account']
  readonly provider: Member['provider']
  readonly #member: Member
  readonly #modelsOf: (member: Member) => readonly string[]

  constructor(member: Member, side: CallSide, modelsOf: (member: Member) => readonly string[]) {
    this.side = side
    this.isBuiltIn = member.isBuiltIn
    this.account = member.account
    this.provider = member.provider
    this.#member = member
    this.#modelsOf = modelsOf
  }

  get record(): Member['record'] {
    return this.#member.record
  }

  get models(): readonly string[] {
    return this.#modelsOf(this.#member)
  }
}
