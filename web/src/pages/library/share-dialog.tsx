import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ExternalLink, Link2Off } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/client.ts'
import type { Task } from '../../api/queries.ts'
import { dateTime } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { CopyButton, Fault } from '../../ui/parts.tsx'
import { sayError } from '../../ui/toast.tsx'

const DAYS = [1, 7, 30, 365] as const

/** Makes links to a page that anyone can open, shows those that there are, and takes them back. */
export function ShareDialog({ task, name, onClose }: { task: Task; name: string; onClose: () => void }) {
  const t = useT()
  const client = useQueryClient()
  const key = ['shares', task.id]
  const { data: shares = [], error } = useQuery({
    queryKey: key,
    queryFn: async () => (await call('GET /api/v1/shares', { query: { task: task.id } })).items,
  })
  const [title, setTitle] = useState(name.slice(0, 200))
  const [days, setDays] = useState('30')
  const reread = () => client.invalidateQueries({ queryKey: key })
  const making = useMutation({
    mutationFn: () =>
      call('POST /api/v1/shares', {
        body: {
          task: task.id,
          days: days === '' ? null : Number(days),
          ...(title.trim() ? { title: title.trim() } : {}),
        },
      }),
    onSuccess: reread,
  })
  const revoke = (id: string): void => {
    call('DELETE /api/v1/shares/{id}', { path: { id } }).then(reread).catch(sayError)
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    making.mutate()
  }
  const open = shares.filter((share) => share.open)
  return (
    <Dialog open onClose={onClose} title={t('share.title')} about={t('share.about')}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field label={t('share.name')} help={t('share.nameHelp')}>
          {(props) => (
            <Input {...props} value={title} maxLength={200} onChange={({ target }) => setTitle(target.value)} />
          )}
        </Field>
        <Field label={t('share.until')}>
          {(props) => (
            <Select {...props} value={days} onChange={({ target }) => setDays(target.value)}>
              {DAYS.map((count) => (
                <option key={count} value={count}>
                  {count === 1 ? t('share.day') : t('share.days', { count })}
                </option>
              ))}
              <option value="">{t('share.forever')}</option>
            </Select>
          )}
        </Field>
        {(making.error ?? error) && <Fault error={making.error ?? error} />}
        <Button type="submit" look="primary" disabled={making.isPending}>
          {t('share.make')}
        </Button>
      </form>
      {open.length > 0 && (
        <ul aria-label={t('share.links')} className="mt-5 grid grid-cols-1 gap-2 border-line border-t pt-4">
          {open.map(({ id, url, title: named, expires_at }) => (
            <li
              key={id}
              className="grid grid-cols-[1fr_auto] items-center gap-x-2 rounded-lg border border-line px-3 py-2"
            >
              <span className="min-w-0">
                <span className="block truncate font-mono text-xs">{url}</span>
                <span className="block truncate text-soft text-xs">
                  {named} · {expires_at ? t('share.expires', { at: dateTime(expires_at) }) : t('share.forever')}
                </span>
              </span>
              <span className="flex">
                <CopyButton text={url} />
                <Button look="quiet" size="smallIcon" asChild>
                  <a href={url} target="_blank" rel="noreferrer" aria-label={t('output.open')}>
                    <ExternalLink />
                  </a>
                </Button>
                <Button look="quiet" size="smallIcon" aria-label={t('share.revoke')} onClick={() => revoke(id)}>
                  <Link2Off />
                </Button>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
