import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { number } from '../../i18n/format.ts'
import { type Key, useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Fault, Skeleton } from '../../ui/parts.tsx'
import { say } from '../../ui/toast.tsx'

type Retention = Answer<'GET /api/admin/retention'>
type Name = Retention['times'][number]['name']

const LABELS: Record<Name, Key> = {
  record_days: 'health.retentionRecords',
  media_days: 'health.retentionMedia',
  upload_hours: 'health.retentionUploads',
  call_file_days: 'health.retentionCallFiles',
}

/** How long things are kept. What the environment says cannot be changed here, and says so. */
export function RetentionDialog({ onClose }: { onClose: () => void }) {
  const t = useT()
  const { data, error } = useQuery({ queryKey: ['retention'], queryFn: () => call('GET /api/admin/retention') })
  return (
    <Dialog open onClose={onClose} title={t('health.retention')} about={t('health.retentionAbout')}>
      {error && <Fault error={error} />}
      {!data && !error && <Skeleton rows={4} />}
      {data && <RetentionForm times={data.times} onClose={onClose} />}
    </Dialog>
  )
}

function RetentionForm({ times, onClose }: { times: Retention['times']; onClose: () => void }) {
  const t = useT()
  const client = useQueryClient()
  const [typed, setTyped] = useState<Partial<Record<Name, string>>>({})
  const saving = useMutation({
    mutationFn: () => {
      const body = Object.fromEntries(
        Object.entries(typed).map(([name, text]) => [name, text === '' ? null : Number(text)]),
      )
      return call('PATCH /api/admin/retention', { body })
    },
    onSuccess(saved) {
      client.setQueryData(['retention'], saved)
      void client.invalidateQueries({ queryKey: ['admin-health'] })
      say(t('health.retentionSaved'))
      onClose()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-4">
      {times.map(({ name, value, default: usual, stored, setting, is_fixed: isFixed }) => (
        <Field
          key={name}
          label={t(name === 'upload_hours' ? 'health.unitHours' : 'health.unitDays', { label: t(LABELS[name]) })}
          help={
            isFixed ? t('health.retentionFixed', { setting }) : t('health.retentionDefault', { value: number(usual) })
          }
        >
          {(props) => (
            <Input
              {...props}
              type="number"
              min={0}
              step="any"
              disabled={isFixed}
              placeholder={String(usual)}
              value={typed[name] ?? (isFixed ? String(value) : stored === null ? '' : String(stored))}
              onChange={({ target }) => setTyped({ ...typed, [name]: target.value })}
            />
          )}
        </Field>
      ))}
      {saving.error && <Fault error={saving.error} />}
      <Button type="submit" look="primary" className="justify-self-end" disabled={saving.isPending}>
        {t('common.save')}
      </Button>
    </form>
  )
}
