import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import {
  Ban,
  Ellipsis,
  KeyRound,
  LogOut,
  MonitorSmartphone,
  ShieldCheck,
  ShieldOff,
  Trash2,
  UserPlus,
} from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { ago, day } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { Menu } from '../../ui/menu.tsx'
import { More } from '../../ui/more.tsx'
import { Badge, Code, Empty, Fault, Panel, PanelTitle, Skeleton } from '../../ui/parts.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { Switch } from '../../ui/switch.tsx'
import { Table } from '../../ui/table.tsx'
import { say, sayError } from '../../ui/toast.tsx'
import { openInvitations } from '../open-invitations.ts'
import { TenantInput, useTenantNames } from './tenant-input.tsx'

type Person = Answer<'GET /api/admin/people'>['items'][number]
type Open = { what: 'add' } | { what: 'sessions'; person: Person } | { what: 'link'; link: string } | undefined

const PEOPLE = ['admin-people'] as const
const INVITATIONS = ['admin-invitations'] as const
const ROLES = ['owner', 'member', 'viewer'] as const

/** Everyone who can sign in, of which tenants they are, and who was invited. */
export function People() {
  const [open, setOpen] = useState<Open>()
  const close = (): void => setOpen(undefined)
  return (
    <div className="grid grid-cols-1 gap-5">
      <Everyone open={setOpen} />
      <Invitations />
      {open?.what === 'add' && <AddPerson onClose={close} />}
      {open?.what === 'sessions' && <Sessions person={open.person} onClose={close} />}
      {open?.what === 'link' && <ResetLink link={open.link} onClose={close} />}
    </div>
  )
}

function usePersonChanges(onLink: (link: string) => void) {
  const t = useT()
  const client = useQueryClient()
  const changed = (): void => void client.invalidateQueries({ queryKey: PEOPLE })
  const options = { onError: sayError }
  return {
    change: useMutation({
      mutationFn: ({ person, body }: { person: Person; body: { operator?: boolean; blocked?: boolean } }) =>
        call('PATCH /api/admin/people/{person}', { path: { person: person.id }, body }),
      onSuccess({ name }) {
        say(t('person.changed', { name }))
        changed()
      },
      ...options,
    }),
    signOut: useMutation({
      mutationFn: ({ id }: Person) =>
        call('POST /api/admin/people/{person}/sign-out', { path: { person: id }, body: {} }),
      onSuccess: (_done, { name }) => say(t('person.signedOut', { name })),
      ...options,
    }),
    reset: useMutation({
      mutationFn: ({ id }: Person) => call('POST /api/admin/people/{person}/reset', { path: { person: id } }),
      onSuccess: ({ link }) => onLink(link),
      ...options,
    }),
    remove: useMutation({
      mutationFn: ({ id }: Person) => call('DELETE /api/admin/people/{person}', { path: { person: id } }),
      onSuccess(_done, { name }) {
        say(t('person.removed', { name }))
        changed()
      },
      ...options,
    }),
  }
}

function Everyone({ open }: { open: (what: Open) => void }) {
  const t = useT()
  const [search, setSearch] = useState('')
  const list = useInfiniteQuery({
    queryKey: [...PEOPLE, search],
    queryFn: ({ pageParam }) =>
      call('GET /api/admin/people', {
        query: { limit: 100, ...(search ? { search } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  const { data, error, refetch } = list
  const { change, signOut, reset, remove } = usePersonChanges((link) => open({ what: 'link', link }))
  const people = data?.pages.flatMap(({ items }) => items) ?? []
  const add = (
    <div className="flex flex-wrap items-center justify-end gap-2">
      <SearchBox label={t('person.search')} value={search} onChange={setSearch} />
      <Button look="primary" size="small" onClick={() => open({ what: 'add' })}>
        <UserPlus />
        {t('person.add')}
      </Button>
    </div>
  )
  const itemsFor = (person: Person) => [
    { label: t('person.show'), icon: <MonitorSmartphone aria-hidden />, run: () => open({ what: 'sessions', person }) },
    { label: t('person.signOut'), icon: <LogOut aria-hidden />, run: () => signOut.mutate(person) },
    { label: t('person.reset'), icon: <KeyRound aria-hidden />, run: () => reset.mutate(person) },
    person.operator
      ? {
          label: t('person.takeOperator'),
          icon: <ShieldOff aria-hidden />,
          run: () => change.mutate({ person, body: { operator: false } }),
        }
      : {
          label: t('person.makeOperator'),
          icon: <ShieldCheck aria-hidden />,
          run: () => change.mutate({ person, body: { operator: true } }),
        },
    'line' as const,
    {
      label: person.blocked_at ? t('person.unblock') : t('person.block'),
      icon: <Ban aria-hidden />,
      danger: person.blocked_at === null,
      run: () => change.mutate({ person, body: { blocked: person.blocked_at === null } }),
    },
    { label: t('person.remove'), icon: <Trash2 aria-hidden />, danger: true, run: () => remove.mutate(person) },
  ]
  return (
    <Panel>
      <PanelTitle aside={add}>{t('person.people')}</PanelTitle>
      {error && !list.isFetchNextPageError && <Fault error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data && people.length === 0 && <Empty title={t('list.noneFound')} isSmall />}
      {people.length > 0 && (
        <Table
          label={t('person.people')}
          rows={people}
          keyOf={({ id }) => id}
          columns={[
            {
              head: t('person.name'),
              card: 'title',
              className: 'min-w-48',
              cell: ({ name, email }) => (
                <>
                  <span className="block font-medium">{name}</span>
                  <span className="block text-soft text-xs">{email}</span>
                </>
              ),
            },
            { head: t('person.state'), card: 'mark', cell: (person) => <State {...person} /> },
            {
              head: t('person.tenants'),
              card: 'bare',
              className: 'min-w-48 text-soft',
              cell: ({ tenants }) => tenants.map(({ name, role }) => `${name} · ${t(`role.${role}`)}`).join(', '),
            },
            {
              head: t('person.twoFactor'),
              className: 'text-soft',
              cell: ({ two_factor }) => two_factor && t('routing.yes'),
            },
            {
              head: t('person.since'),
              className: 'whitespace-nowrap text-soft',
              cell: ({ created_at }) => day(created_at),
            },
            {
              head: '',
              card: 'actions',
              cell: (person) => (
                <Menu
                  trigger={
                    <Button look="quiet" size="smallIcon" aria-label={t('keys.actions', { name: person.name })}>
                      <Ellipsis />
                    </Button>
                  }
                  items={itemsFor(person)}
                />
              ),
            },
          ]}
        />
      )}
      <More of={list} isInPanel />
    </Panel>
  )
}

function State({ blocked_at, operator }: Person) {
  const t = useT()
  if (blocked_at) return <Badge tone="bad">{t('person.blocked')}</Badge>
  return operator ? <Badge tone="mark">{t('person.operator')}</Badge> : <Badge tone="good">{t('tenants.active')}</Badge>
}

function Invitations() {
  const t = useT()
  const client = useQueryClient()
  const nameOf = useTenantNames()
  const { data } = useQuery({
    queryKey: INVITATIONS,
    queryFn: () => call('GET /api/admin/invitations', { query: { limit: 200 } }),
  })
  const revoking = useMutation({
    mutationFn: (id: string) => call('DELETE /api/admin/invitations/{id}', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: INVITATIONS }),
    onError: sayError,
  })
  const open = openInvitations(data?.items ?? [])
  if (open.length === 0) return null
  return (
    <Panel>
      <PanelTitle>{t('team.invitations')}</PanelTitle>
      <Table
        label={t('team.invitations')}
        rows={open}
        keyOf={({ id }) => id}
        columns={[
          { head: t('person.email'), card: 'title', cell: ({ email }) => email ?? t('team.anyone') },
          { head: t('person.joins'), className: 'text-soft', cell: ({ tenant }) => nameOf(tenant) },
          { head: t('team.role'), card: 'mark', cell: ({ role }) => <Badge isKind>{t(`role.${role}`)}</Badge> },
          {
            head: t('team.until'),
            className: 'whitespace-nowrap text-soft',
            cell: ({ expires_at }) => day(expires_at),
          },
          {
            head: '',
            card: 'actions',
            cell: ({ id }) => (
              <Button size="small" onClick={() => revoking.mutate(id)}>
                {t('team.revoke')}
              </Button>
            ),
          },
        ]}
      />
    </Panel>
  )
}

function AddPerson({ onClose }: { onClose: () => void }) {
  const t = useT()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [tenant, setTenant] = useState('')
  const [role, setRole] = useState<(typeof ROLES)[number]>('member')
  const [isOperator, setOperator] = useState(false)
  const adding = useMutation({
    mutationFn: () =>
      call('POST /api/admin/people', {
        body: { name, email, role, operator: isOperator, ...(tenant === '' ? {} : { tenant }) },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: PEOPLE }),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    adding.mutate()
  }
  if (adding.data) return <ResetLink link={adding.data.link} onClose={onClose} />
  return (
    <Dialog open onClose={onClose} title={t('person.add')} about={t('person.addAbout')}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field label={t('person.name')}>
          {(props) => <Input {...props} required value={name} onChange={({ target }) => setName(target.value)} />}
        </Field>
        <Field label={t('person.email')}>
          {(props) => (
            <Input {...props} type="email" required value={email} onChange={({ target }) => setEmail(target.value)} />
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t('person.joins')} help={t('person.joinsHelp')}>
            {(props) => <TenantInput {...props} value={tenant} onChange={setTenant} />}
          </Field>
          <Field label={t('person.role')} help={t(`role.${role}Help`)}>
            {(props) => (
              <Select {...props} value={role} onChange={({ target }) => setRole(target.value as typeof role)}>
                {ROLES.map((one) => (
                  <option key={one} value={one}>
                    {t(`role.${one}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <Field label={t('person.operator')}>
          {(props) => <Switch {...props} checked={isOperator} onCheckedChange={setOperator} />}
        </Field>
        {adding.error && <Fault error={adding.error} />}
        <Button type="submit" look="primary" className="justify-self-end" disabled={adding.isPending}>
          {t('person.add')}
        </Button>
      </form>
    </Dialog>
  )
}

function ResetLink({ link, onClose }: { link: string; onClose: () => void }) {
  const t = useT()
  return (
    <Dialog open onClose={onClose} title={t('person.reset')} about={t('person.resetAbout')}>
      <div className="grid grid-cols-1 gap-3">
        <Code text={link} />
        <Button look="primary" className="justify-self-end" onClick={onClose}>
          {t('common.close')}
        </Button>
      </div>
    </Dialog>
  )
}

function Sessions({ person: { id, name }, onClose }: { person: Person; onClose: () => void }) {
  const t = useT()
  const client = useQueryClient()
  const queryKey = ['admin-sessions', id]
  const { data, error } = useQuery({
    queryKey,
    queryFn: () => call('GET /api/admin/people/{person}/sessions', { path: { person: id } }),
  })
  const ending = useMutation({
    mutationFn: (session: string) =>
      call('POST /api/admin/people/{person}/sign-out', { path: { person: id }, body: { session } }),
    onSuccess: () => client.invalidateQueries({ queryKey }),
    onError: sayError,
  })
  return (
    <Dialog open onClose={onClose} title={t('person.sessions', { name })} wide>
      {error && <Fault error={error} />}
      {!data && !error && <Skeleton rows={2} />}
      {data?.items.length === 0 && <p className="text-soft">{t('person.sessionsEmpty')}</p>}
      <ul className="divide-y divide-line">
        {data?.items.map((session) => (
          <li key={session.id} className="flex items-center justify-between gap-4 py-2.5">
            <span className="min-w-0">
              <span className="block truncate">{session.user_agent ?? '–'}</span>
              <span className="block text-soft text-xs">
                {session.address} · {ago(session.created_at)}
              </span>
            </span>
            <Button size="small" onClick={() => ending.mutate(session.id)}>
              {t('settings.endSession')}
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
