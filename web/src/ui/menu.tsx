import { Slot } from 'radix-ui'
import { type ComponentType, type MouseEvent, type ReactElement, type ReactNode, useState } from 'react'
import { arrived } from '../api/arrived.ts'
import { sayError } from './toast.tsx'

export interface MenuItem {
  label: ReactNode
  icon?: ReactNode
  run: () => void
  danger?: boolean
}

export interface MenuProps {
  /** A button. */
  trigger: ReactElement
  items: (MenuItem | 'line')[]
}

type Opened = ComponentType<MenuProps & { isByKeyboard: boolean }>
export const loadMenu = () => import('./opened-menu.tsx')

/** A button that opens a list of actions. The list and what places it are loaded when a pointer or the focus comes near. */
export function Menu({ trigger, items }: MenuProps) {
  const [opened, setOpened] = useState<{ List: Opened; isByKeyboard: boolean }>()
  if (opened) return <opened.List trigger={trigger} items={items} isByKeyboard={opened.isByKeyboard} />
  const preload = (): void => void loadMenu().catch(() => undefined) // a click says what is wrong
  const open = ({ detail }: MouseEvent): void =>
    void arrived(loadMenu())
      .then(({ OpenedMenu }) => setOpened({ List: OpenedMenu, isByKeyboard: detail === 0 }))
      .catch(sayError)
  return (
    <Slot.Root aria-haspopup="menu" aria-expanded={false} onPointerEnter={preload} onFocus={preload} onClick={open}>
      {trigger}
    </Slot.Root>
  )
}
