import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Megaphone, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { dateTime } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { useAct } from '../../shell/acts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input, Select, TextArea } from '../../ui/field.tsx'
import { Badge, Empty, Fault, Panel, PanelTitle, Skeleton } from '../../ui/parts.tsx'
import { Table } from '../../ui/table.tsx'
import { useRemovals } from '../../ui/use-removals.ts'
import { TenantInput, useTenantNames } from './tenant-input.tsx'

type Announcement = Answer<'GET /api/admin/announcements'>['items'][number]

const ANNOUNCEMENTS = ['admin-announcements'] as const

/** What the people of tenants are told above their pages. */
export function Announcements() {
  const t = useT()
  const client = useQueryClient()
  const nameOf = useTenantNames()
  const [isAdding, setAdding] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ANNOUNCEMENTS,
    queryFn: () => call('GET /api/admin/announcements'),
  })
  const changed = (): void => {
    void client.invalidateQueries({ queryKey: ANNOUNCEMENTS })
    void client.invalidateQueries({ queryKey: ['announcements'] })
  }
  useAct('announcement.add', () => setAdding(true))
  const { isGone, remove } = useRemovals()
  const removeAnnouncement = (id: string): void =>
    remove(id, t('announcement.removed'), async () => {
      await call('DELETE /api/admin/announcements/{id}', { path: { id } })
      changed()
    })
  const shown = data?.items.filter(({ id }) => !isGone(id))
  const add = (
    <Button look="primary" size="small" onClick={() => setAdding(true)}>
      <Megaphone />
      {t('announcement.add')}
    </Button>
  )
  return (
    <Panel>
      <PanelTitle aside={add}>{t('announcement.title')}</PanelTitle>
      {error && <Fault error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton rows={3} />}
      {shown?.length === 0 && (
        <Empty icon={<Megaphone />} title={t('announcement.emptyTitle')}>
          {t('announcement.empty')}
        </Empty>
      )}
      {shown && shown.length > 0 && (
        <Table
          label={t('announcement.title')}
          rows={shown}
          keyOf={({ id }) => id}
          columns={[
            { head: t('code.state'), card: 'mark', cell: (one) => <State {...one} /> },
            {
              head: t('announcement.text'),
              card: 'title',
              className: 'min-w-56 max-w-md',
              cell: ({ text }) => <span className="whitespace-pre-line">{text}</span>,
            },
            {
              head: t('announcement.for'),
              className: 'text-soft',
              cell: ({ tenant }) => (tenant ? nameOf(tenant) : t('announcement.all')),
            },
            {
              head: t('audit.at'),
              className: 'whitespace-nowrap text-soft',
              cell: ({ begins_at }) => dateTime(begins_at),
            },
            {
              head: t('announcement.ends'),
              className: 'whitespace-nowrap text-soft',
              cell: ({ ends_at }) => ends_at && dateTime(ends_at),
            },
            {
              head: '',
              card: 'actions',
              cell: ({ id }) => (
                <Button
                  look="quiet"
                  size="smallIcon"
                  aria-label={t('announcement.remove')}
                  onClick={() => removeAnnouncement(id)}
                >
                  <Trash2 />
                </Button>
              ),
            },
          ]}
        />
      )}
      {isAdding && (
        <Announce
          onClose={() => setAdding(false)}
          onDone={() => {
            setAdding(false)
            changed()
          }}
        />
      )}
    </Panel>
  )
}

function State({ begins_at, ends_at, tone }: Announcement) {
  const t = useT()
  const now = Date.now()
  if (ends_at && Date.parse(ends_at) <= now) return <Badge>{t('announcement.over')}</Badge>
  if (Date.parse(begins_at) > now) return <Badge tone="mark">{t('announcement.toCome')}</Badge>
  return <Badge tone={tone === 'warning' ? 'mark' : 'info'}>{t('announcement.shown')}</Badge>
}

function Announce({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const t = useT()
  const [text, setText] = useState('')
  const [tone, setTone] = useState<'info' | 'warning'>('info')
  const [tenant, setTenant] = useState('')
  const [ends, setEnds] = useState('')
  const adding = useMutation({
    mutationFn: () =>
      call('POST /api/admin/announcements', {
        body: {
          text,
          tone,
          ...(tenant === '' ? {} : { tenant }),
          ...(ends === '' ? {} : { ends_at: new Date(ends).toISOString() }),
        },
      }),
    onSuccess: onDone,
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    adding.mutate()
  }
  return (
    <Dialog open onClose={onClose} title={t('announcement.add')} about={t('announcement.addAbout')}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field label={t('announcement.text')} aside={`${text.length} / 500`}>
          {(props) => (
            <TextArea
              {...props}
              required
              maxLength={500}
              rows={3}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t('announcement.tone')}>
            {(props) => (
              <Select {...props} value={tone} onChange={({ target }) => setTone(target.value as typeof tone)}>
                <option value="info">{t('announcement.info')}</option>
                <option value="warning">{t('announcement.warning')}</option>
              </Select>
            )}
          </Field>
          <Field label={t('announcement.ends')} help={t('announcement.endsHelp')}>
            {(props) => (
              <Input {...props} type="datetime-local" value={ends} onChange={({ target }) => setEnds(target.value)} />
            )}
          </Field>
        </div>
        <Field label={t('announcement.for')} help={t('announcement.forHelp')}>
          {(props) => <TenantInput {...props} value={tenant} onChange={setTenant} />}
        </Field>
        {adding.error && <Fault error={adding.error} />}
        <Button type="submit" look="primary" className="justify-self-end" disabled={adding.isPending}>
          {t('announcement.add')}
        </Button>
      </form>
    </Dialog>
  )
}
