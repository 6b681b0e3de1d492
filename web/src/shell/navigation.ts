import {
  AudioLines,
  Gauge,
  Images,
  KeyRound,
  ListChecks,
  type LucideIcon,
  MessagesSquare,
  Plug,
  Sparkles,
  Users,
  WalletMinimal,
} from 'lucide-react'
import type { Session } from '../api/queries.ts'
import type { Key } from '../i18n/i18n.ts'
import { isOperator } from './session.ts'

export interface Place {
  to: '/' | '/studio' | '/library' | '/tasks' | '/chat' | '/keys' | '/money' | '/accounts' | '/team' | '/operator'
  label: Key
  icon: LucideIcon
}

const PLACES: Place[] = [
  { to: '/', label: 'nav.home', icon: Sparkles },
  { to: '/studio', label: 'nav.studio', icon: AudioLines },
  { to: '/library', label: 'nav.library', icon: Images },
  { to: '/tasks', label: 'nav.tasks', icon: ListChecks },
  { to: '/chat', label: 'nav.chat', icon: MessagesSquare },
  { to: '/keys', label: 'nav.keys', icon: KeyRound },
  { to: '/money', label: 'nav.money', icon: WalletMinimal },
  { to: '/accounts', label: 'nav.accounts', icon: Plug },
  { to: '/team', label: 'nav.team', icon: Users },
]

/** The parts of the operator's page. */
export const SECTIONS = [
  { section: 'health', label: 'operator.health' },
  { section: 'tenants', label: 'operator.tenants' },
  { section: 'people', label: 'operator.people' },
  { section: 'top-up', label: 'operator.topUp' },
  { section: 'announcements', label: 'operator.announcements' },
  { section: 'accounts', label: 'nav.accounts' },
  { section: 'routing', label: 'operator.routing' },
  { section: 'prices', label: 'operator.prices' },
  { section: 'webhooks', label: 'task.webhooks' },
  { section: 'settings', label: 'nav.settings' },
  { section: 'audit', label: 'operator.audit' },
  { section: 'reconcile', label: 'operator.reconcile' },
] as const satisfies { section: string; label: Key }[]
export type Section = (typeof SECTIONS)[number]['section']

export function placesFor(session: Session): Place[] {
  const own = PLACES.filter(({ to }) => to !== '/team' || session.person !== null)
  return isOperator(session) ? [...own, { to: '/operator', label: 'nav.operator', icon: Gauge }] : own
}
