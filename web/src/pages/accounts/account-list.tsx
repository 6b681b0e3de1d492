import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Bug, Check, Ellipsis, Pause, Pencil, Play, Plug, Plus, Power, Trash2, X, Zap } from 'lucide-react'
import { useState } from 'react'
import type { Account, AccountFindings } from '../../api/routes.ts'
import { ago, dateTime } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { translateMessage } from '../../i18n/messages.ts'
import { useAct } from '../../shell/acts.ts'
import { Button } from '../../ui/button.tsx'
import { cn } from '../../ui/classes.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Badge, Empty, Fault, Panel, Skeleton, type Tone } from '../../ui/parts.tsx'
import { say, sayError } from '../../ui/toast.tsx'
import { useRemovals } from '../../ui/use-removals.ts'
import type { AccountsApi, Switch } from './accounts-api.ts'
import { AddAccount } from './add-account.tsx'
import { ChangeAccount } from './change-account.tsx'

const STATES: Record<Account['state'], Tone> = {
  connected: 'good',
  limited: 'mark',
  cooling_down: 'mark',
  moderation_strike: 'bad',
  expired_credential: 'bad',
  disabled: 'plain',
}

/** Accounts with their states, what to do about them, and the way to connect another. */
export function AccountList({ api, mayChange }: { api: AccountsApi; mayChange: boolean }) {
  const t = useT()
  const client = useQueryClient()
  const key = ['accounts', api.of]
  const { data, error, isPending, refetch } = useQuery({ queryKey: key, queryFn: api.list, refetchInterval: 15_000 })
  const [isAdding, setAdding] = useState(false)
  useAct('accounts.add', () => setAdding(true))
  const [changing, setChanging] = useState<Account>()
  const [findings, setFindings] = useState<AccountFindings>()
  const removals = useRemovals()
  const changed = (): void => {
    void client.invalidateQueries({ queryKey: ['accounts'] })
    void client.invalidateQueries({ queryKey: ['operations'] })
  }
  const accounts = (data ?? []).filter(({ id }) => !removals.isGone(id))
  const add = mayChange && (
    <Button look="primary" onClick={() => setAdding(true)}>
      <Plus />
      {t('accounts.add')}
    </Button>
  )
  function remove({ id, name }: Account): void {
    removals.remove(id, t('accounts.removed', { name }), async () => {
      await api.remove(id)
      changed()
    })
  }
  return (
    <div className="grid grid-cols-1 gap-4">
      {error && <Fault error={error} retry={() => void refetch()} />}
      {isPending && (
        <Panel>
          <Skeleton rows={3} />
        </Panel>
      )}
      {accounts.length > 0 && <div className="flex sm:justify-end">{add}</div>}
      {accounts.map((account) => (
        <AccountCard
          key={account.id}
          api={api}
          account={account}
          mayChange={mayChange}
          onChanged={changed}
          onDebug={setFindings}
          onChange={() => setChanging(account)}
          onRemove={() => remove(account)}
        />
      ))}
      {data && accounts.length === 0 && (
        <Panel>
          <Empty icon={<Plug />} title={t('accounts.emptyTitle')} action={add}>
            {t('accounts.empty')}
          </Empty>
        </Panel>
      )}
      {isAdding && (
        <AddAccount
          api={api}
          onClose={() => setAdding(false)}
          onAdded={() => {
            setAdding(false)
            changed()
          }}
        />
      )}
      {changing && (
        <ChangeAccount
          api={api}
          account={changing}
          onClose={() => setChanging(undefined)}
          onChanged={() => {
            setChanging(undefined)
            changed()
          }}
        />
      )}
      {findings && (
        <Findings
          findings={findings}
          onClose={() => setFindings(undefined)}
          onChange={
            mayChange
              ? () => {
                  setFindings(undefined)
                  setChanging(findings.account)
                }
              : undefined
          }
        />
      )}
    </div>
  )
}

interface CardProps {
  api: AccountsApi
  account: Account
  mayChange: boolean
  onChanged: () => void
  onDebug: (findings: AccountFindings) => void
  onChange: () => void
  onRemove: () => void
}

function AccountCard({ api, account, mayChange, onChanged, onDebug, onChange, onRemove }: CardProps) {
  const t = useT()
  const {
    id,
    name,
    provider,
    state,
    reason,
    retry_at,
    is_usable,
    draining,
    running,
    slots,
    begun_today,
    daily_cap,
    operations,
    priority,
  } = account
  const testing = useMutation({
    mutationFn: () => api.test(id),
    onSuccess({ works, says }) {
      say(`${works ? '✓ ' : ''}${translateMessage(says)}`)
      onChanged()
    },
    onError: sayError,
  })
  const debugging = useMutation({ mutationFn: () => api.debug(id), onSuccess: onDebug, onError: sayError })
  const turning = useMutation({ mutationFn: (to: Switch) => api.turn(id, to), onSuccess: onChanged, onError: sayError })
  return (
    <Panel className="p-4">
      <div className="flex flex-wrap items-start gap-2">
        <div className="min-w-0 flex-1 basis-64">
          <p className="flex flex-wrap items-center gap-2">
            <span className="font-semibold">{name}</span>
            <span className="text-soft">{provider}</span>
            <Badge tone={STATES[state]}>{t(`account.${state}`)}</Badge>
            {draining && <Badge tone="mark">{t('account.draining')}</Badge>}
            {!is_usable && <Badge tone="bad">{t('account.misconfigured')}</Badge>}
            {priority < 0 && <Badge>{t('account.backup')}</Badge>}
          </p>
          {reason && <p className="mt-1 text-soft">{translateMessage(reason)}</p>}
          {retry_at && <p className="mt-1 text-soft text-xs">{t('account.retry', { when: ago(retry_at) })}</p>}
        </div>
        <div className="flex items-center gap-2">
          <Button size="small" onClick={() => testing.mutate()} disabled={testing.isPending || !mayChange}>
            <Zap />
            {t('accounts.test')}
          </Button>
          {/* Not disabled meanwhile: that takes the focus away, which comes back here from the dialog. */}
          <Button
            size="small"
            aria-disabled={debugging.isPending}
            onClick={() => {
              if (!debugging.isPending) debugging.mutate()
            }}
          >
            <Bug />
            {t('accounts.debug')}
          </Button>
          {mayChange && (
            <Menu
              trigger={
                <Button look="quiet" size="smallIcon" aria-label={t('accounts.actions', { name })}>
                  <Ellipsis />
                </Button>
              }
              items={[
                { label: t('accounts.change'), icon: <Pencil aria-hidden />, run: onChange },
                draining
                  ? { label: t('accounts.resume'), icon: <Play aria-hidden />, run: () => turning.mutate('resume') }
                  : { label: t('accounts.drain'), icon: <Pause aria-hidden />, run: () => turning.mutate('drain') },
                state === 'disabled'
                  ? { label: t('accounts.enable'), icon: <Power aria-hidden />, run: () => turning.mutate('enable') }
                  : { label: t('accounts.disable'), icon: <Power aria-hidden />, run: () => turning.mutate('disable') },
                'line',
                { label: t('accounts.remove'), icon: <Trash2 aria-hidden />, danger: true, run: onRemove },
              ]}
            />
          )}
        </div>
      </div>
      <dl className="mt-4 grid grid-cols-2 gap-3 text-xs sm:grid-cols-4">
        <div>
          <dt className="text-soft">{t('account.slots')}</dt>
          <dd className="mt-1 flex items-center gap-2 tabular">
            {running} / {slots}
            <span aria-hidden className="h-1.5 flex-1 overflow-hidden rounded-full bg-hover">
              <span
                className="block h-full rounded-full bg-mark"
                style={{ width: `${(running / Math.max(1, slots)) * 100}%` }}
              />
            </span>
          </dd>
        </div>
        <div>
          <dt className="text-soft">{t('account.today')}</dt>
          <dd className="mt-1 tabular">
            {begun_today}
            {daily_cap !== null && ` / ${daily_cap}`}
          </dd>
        </div>
        <div className="col-span-2">
          <dt className="text-soft">{t('account.operations')}</dt>
          <dd className="mt-1 truncate" title={operations.join(', ')}>
            {operations.length === 0
              ? t('account.noOperations')
              : `${operations.length} · ${operations.slice(0, 3).join(', ')}`}
          </dd>
        </div>
      </dl>
    </Panel>
  )
}

const GOOD = 'bg-good-ground text-good'

/** Why an account does what it does: the advice first, then what it was given. */
function Findings({
  findings: { account, advice, waiting, attempts },
  onClose,
  onChange,
}: {
  findings: AccountFindings
  onClose: () => void
  /** Undefined for those who may not. */
  onChange: (() => void) | undefined
}) {
  const t = useT()
  // Then what is said is where it stands, and nothing to be done.
  const isWell = account.is_usable && account.state === 'connected' && !account.draining
  return (
    <Dialog open onClose={onClose} title={t('accounts.debugOf', { name: account.name })} wide>
      <div className="grid grid-cols-1 gap-5">
        {advice.length === 0 ? (
          <p className={cn('rounded-lg px-4 py-3', GOOD)}>{t('accounts.healthy')}</p>
        ) : (
          <ul className="grid grid-cols-1 gap-2">
            {advice.map((one) => (
              <li key={one} className={cn('rounded-lg px-4 py-3', isWell ? GOOD : 'bg-mark-ground text-mark')}>
                {translateMessage(one)}
              </li>
            ))}
          </ul>
        )}
        {account.reason && <p className="text-soft">{translateMessage(account.reason)}</p>}
        <Checklist account={account} />
        {onChange && !isWell && (
          <Button className="justify-self-start" onClick={onChange}>
            <Pencil />
            {t('accounts.changeOf', { name: account.name })}
          </Button>
        )}
        <div>
          <h3 className="mb-1.5 font-medium">{t('accounts.waiting')}</h3>
          {waiting.length === 0 && <p className="text-soft">{t('accounts.noneWaiting')}</p>}
          <ul className="grid grid-cols-1 gap-1">
            {waiting.map(({ operation, count }) => (
              <li key={operation} className="flex justify-between">
                {operation}
                <span className="tabular">{count}</span>
              </li>
            ))}
          </ul>
        </div>
        <div>
          <h3 className="mb-1.5 font-medium">{t('accounts.attempts')}</h3>
          {attempts.length === 0 && <p className="text-soft">{t('accounts.noAttempts')}</p>}
          <ul className="grid grid-cols-1 gap-1.5">
            {attempts.map(({ task_id, number, outcome, reason, begun_at }) => (
              <li key={task_id + number} className="flex flex-wrap items-center gap-2 text-xs">
                <Badge tone={outcome === 'completed' ? 'good' : outcome === 'failed' ? 'bad' : 'plain'}>
                  {t(`outcome.${outcome}`)}
                </Badge>
                <span className="font-mono text-soft">{task_id.slice(0, 13)}…</span>
                {begun_at && <span className="text-soft">{dateTime(begun_at)}</span>}
                {reason && <span>{translateMessage(reason)}</span>}
              </li>
            ))}
          </ul>
        </div>
      </div>
    </Dialog>
  )
}

/** What has to hold for an account to begin a task, each with whether it does. */
function Checklist({ account }: { account: Account }) {
  const t = useT()
  const { state, is_usable, draining, running, slots, begun_today, daily_cap } = account
  const checks = [
    [t('accounts.checkSettings'), is_usable],
    [t('accounts.checkOn'), state !== 'disabled' && !draining],
    [t('accounts.checkCredential'), state !== 'expired_credential'],
    [t('accounts.checkLimit'), state !== 'limited' && state !== 'cooling_down' && state !== 'moderation_strike'],
    [t('accounts.checkSlot', { running, slots }), running < slots],
    [t('accounts.checkDay', { count: begun_today }), daily_cap === null || begun_today < daily_cap],
  ] as const
  return (
    <div>
      <h3 className="mb-1.5 font-medium">{t('accounts.checks')}</h3>
      <ul className="grid gap-1 sm:grid-cols-2">
        {checks.map(([name, holds]) => (
          <li key={name} className="flex items-center gap-2 [&_svg]:size-4 [&_svg]:shrink-0">
            {holds ? <Check aria-hidden className="text-good" /> : <X aria-hidden className="text-bad" />}
            <span className="sr-only">{t(holds ? 'routing.yes' : 'routing.no')}:</span>
            {name}
          </li>
        ))}
      </ul>
    </div>
  )
}
