import { useEffect } from 'react'

/** What the palette can begin on a page: its dialogs. */
export type Act =
  | 'keys.make'
  | 'money.addCredit'
  | 'accounts.add'
  | 'team.invite'
  | 'tenants.make'
  | 'code.make'
  | 'announcement.add'
  | 'prices.set'

let wanted: Act | undefined
const listeners = new Set<() => void>()

/** Begins an act on the page that has it, which may be shown already or a moment later. */
export function begin(act: Act): void {
  wanted = act
  for (const listener of listeners) listener()
}

/** Does on this page what the palette asked for. */
export function useAct(act: Act, run: () => void): void {
  useEffect(() => {
    const look = (): void => {
      if (wanted !== act) return
      wanted = undefined
      run()
    }
    look()
    listeners.add(look)
    return () => void listeners.delete(look)
  })
}
