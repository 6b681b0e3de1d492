import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trash2, UserPlus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call } from '../api/client.ts'
import { ago, dateTime } from '../i18n/format.ts'
import { useT } from '../i18n/i18n.ts'
import { useAct } from '../shell/acts.ts'
import { mayManage, useSession } from '../shell/session.ts'
import { useTitle } from '../shell/use-title.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field, Input, Select } from '../ui/field.tsx'
import { Badge, Code, Fault, Page, Panel, PanelTitle, Skeleton } from '../ui/parts.tsx'
import { Table } from '../ui/table.tsx'
import { sayError } from '../ui/toast.tsx'
import { useRemovals } from '../ui/use-removals.ts'
import { openInvitations } from './open-invitations.ts'

const ROLES = ['owner', 'member', 'viewer'] as const
type Role = (typeof ROLES)[number]

/** Who belongs to the tenant, and who was invited. */
export function Team() {
  const t = useT()
  useTitle(t('nav.team'))
  const client = useQueryClient()
  const session = useSession()
  const may = mayManage(session)
  const [isInviting, setInviting] = useState(false)
  useAct('team.invite', () => setInviting(true))
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['members'],
    queryFn: () => call('GET /api/v1/members'),
  })
  const changed = (): void => void client.invalidateQueries({ queryKey: ['members'] })
  const changing = useMutation({
    mutationFn: ({ id, role }: { id: string; role: Role }) =>
      call('PATCH /api/v1/members/{id}', { path: { id }, body: { role } }),
    onSuccess: changed,
    onError: sayError,
  })
  const { isGone, remove } = useRemovals()
  const removeMember = (id: string, name: string): void =>
    remove(id, id === session.person?.id ? t('team.left') : t('team.removed', { name }), async () => {
      await call('DELETE /api/v1/members/{id}', { path: { id } })
      changed()
    })
  const members = data?.items.filter(({ id }) => !isGone(id)) ?? []
  const owners = members.filter(({ role }) => role === 'owner')
  /** A tenant keeps an owner. */
  const isLastOwner = (id: string): boolean => owners.length === 1 && owners[0]?.id === id
  return (
    <Page
      title={t('nav.team')}
      about={t('team.about')}
      actions={
        may && (
          <Button look="primary" onClick={() => setInviting(true)}>
            <UserPlus />
            {t('team.invite')}
          </Button>
        )
      }
    >
      <div className="grid grid-cols-1 gap-5">
        {error && <Fault error={error} retry={() => void refetch()} />}
        <Panel>
          <PanelTitle>{t('team.members')}</PanelTitle>
          {isPending && <Skeleton rows={3} />}
          {data && (
            <Table
              label={t('team.members')}
              rows={members}
              keyOf={({ id }) => id}
              columns={[
                {
                  head: t('person.name'),
                  card: 'title',
                  cell: ({ name, email }) => (
                    <>
                      <span className="block font-medium">{name}</span>
                      <span className="block text-soft text-xs">{email}</span>
                    </>
                  ),
                },
                {
                  head: t('team.role'),
                  card: 'mark',
                  cell: ({ id, name, role }) =>
                    may ? (
                      <Select
                        aria-label={t('common.pair', { name: t('team.role'), value: name })}
                        value={role}
                        disabled={isLastOwner(id)}
                        title={isLastOwner(id) ? t('team.lastOwner') : undefined}
                        onChange={({ target }) => changing.mutate({ id, role: target.value as Role })}
                        className="h-8 w-auto"
                      >
                        {ROLES.map((one) => (
                          <option key={one} value={one}>
                            {t(`role.${one}`)}
                          </option>
                        ))}
                      </Select>
                    ) : (
                      t(`role.${role}`)
                    ),
                },
                { head: t('team.joined'), className: 'text-soft', cell: ({ joined_at }) => ago(joined_at) },
                {
                  head: '',
                  card: 'actions',
                  cell: ({ id, name }) =>
                    !isLastOwner(id) &&
                    (id === session.person?.id ? (
                      <Button size="small" onClick={() => removeMember(id, name)}>
                        {t('team.leave')}
                      </Button>
                    ) : (
                      may && (
                        <Button
                          look="quiet"
                          size="smallIcon"
                          aria-label={t('team.remove', { name })}
                          onClick={() => removeMember(id, name)}
                        >
                          <Trash2 />
                        </Button>
                      )
                    )),
                },
              ]}
            />
          )}
        </Panel>
        {may && <Invitations />}
      </div>
      {isInviting && <Invite onClose={() => setInviting(false)} />}
    </Page>
  )
}

function Invitations() {
  const t = useT()
  const client = useQueryClient()
  const { data } = useQuery({ queryKey: ['invitations'], queryFn: () => call('GET /api/v1/invitations') })
  const { isGone, remove } = useRemovals()
  const withdraw = (id: string): void =>
    remove(id, t('team.withdrawn'), async () => {
      await call('DELETE /api/v1/invitations/{id}', { path: { id } })
      await client.invalidateQueries({ queryKey: ['invitations'] })
    })
  const open = openInvitations(data?.items ?? []).filter(({ id }) => !isGone(id))
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
          { head: t('team.role'), card: 'mark', cell: ({ role }) => <Badge isKind>{t(`role.${role}`)}</Badge> },
          {
            head: t('team.until'),
            className: 'whitespace-nowrap text-soft',
            cell: ({ expires_at }) => dateTime(expires_at),
          },
          {
            head: '',
            card: 'actions',
            cell: ({ id }) => (
              <Button size="small" onClick={() => withdraw(id)}>
                {t('team.revoke')}
              </Button>
            ),
          },
        ]}
      />
    </Panel>
  )
}

function Invite({ onClose }: { onClose: () => void }) {
  const t = useT()
  const client = useQueryClient()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('member')
  const inviting = useMutation({
    mutationFn: () => call('POST /api/v1/invitations', { body: { role, ...(email === '' ? {} : { email }) } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['invitations'] }),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    inviting.mutate()
  }
  return (
    <Dialog open onClose={onClose} title={t('team.invite')} about={t('team.inviteAbout')}>
      {inviting.data ? (
        <div className="grid grid-cols-1 gap-3">
          <p>{t('team.link')}</p>
          <Code text={inviting.data.link} />
          <Button look="primary" className="justify-self-end" onClick={onClose}>
            {t('common.close')}
          </Button>
        </div>
      ) : (
        <form onSubmit={submit} className="grid grid-cols-1 gap-4">
          <Field label={t('person.email')} help={t('team.emailHelp')}>
            {(props) => (
              <Input {...props} type="email" value={email} onChange={({ target }) => setEmail(target.value)} />
            )}
          </Field>
          <Field label={t('team.role')} help={t(`role.${role}Help`)}>
            {(props) => (
              <Select {...props} value={role} onChange={({ target }) => setRole(target.value as Role)}>
                {ROLES.map((one) => (
                  <option key={one} value={one}>
                    {t(`role.${one}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {inviting.error && <Fault error={inviting.error} />}
          <Button type="submit" look="primary" className="justify-self-end" disabled={inviting.isPending}>
            {t('team.makeLink')}
          </Button>
        </form>
      )}
    </Dialog>
  )
}
