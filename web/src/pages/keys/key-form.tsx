import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError, call } from '../../api/client.ts'
import { operationsQuery } from '../../api/queries.ts'
import { day } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { messageOf } from '../../i18n/messages.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { Fault } from '../../ui/parts.tsx'
import { changesOf, fieldsOf, KEPT, type KeyRecord, LIMITS } from './key-body.ts'

const DAYS = [7, 30, 90, 365]

interface KeyFormProps {
  /** The one that is changed; undefined = one is made. */
  record?: KeyRecord
  onClose: () => void
  /** With the text of a key that was made. */
  onDone: (name: string, key?: string) => void
}

/** A key's name and limits: of one that is made, or of one that there is. */
export function KeyForm({ record, onClose, onDone }: KeyFormProps) {
  const t = useT()
  const { data: operations = [] } = useQuery(operationsQuery('live'))
  const [before] = useState(() => fieldsOf(record))
  const [name, setName] = useState(before.name)
  const [mode, setMode] = useState<'live' | 'test'>('live')
  const [limits, setLimits] = useState(before.limits)
  const [models, setModels] = useState(before.models)
  const [days, setDays] = useState(before.days)
  const saving = useMutation({
    async mutationFn(): Promise<string | undefined> {
      const body = changesOf(before, { name, limits, models, days }, Date.now())
      if (!record) return (await call('POST /api/v1/keys', { body: { ...body, name, mode } })).key
      if (Object.keys(body).length > 0) await call('PATCH /api/v1/keys/{id}', { path: { id: record.id }, body })
      return undefined
    },
    onSuccess: (key) => onDone(name, key),
  })
  const fault = saving.error
  const errorOf = (field: string): string | undefined =>
    fault instanceof ApiError && fault.field === field ? messageOf(fault) : undefined
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={record ? t('keys.changeOf', { name: record.name }) : t('keys.make')}
      about={t('keys.makeAbout')}
    >
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field label={t('keys.name')} help={t('keys.nameHelp')} error={errorOf('name')}>
          {(props) => (
            <Input {...props} required maxLength={100} value={name} onChange={({ target }) => setName(target.value)} />
          )}
        </Field>
        {!record && (
          <Field label={t('keys.mode')} help={mode === 'live' ? t('keys.liveHelp') : t('keys.testHelp')}>
            {(props) => (
              <Select {...props} value={mode} onChange={({ target }) => setMode(target.value as 'live' | 'test')}>
                <option value="live">{t('keys.live')}</option>
                <option value="test">{t('keys.test')}</option>
              </Select>
            )}
          </Field>
        )}
        <div className="grid gap-4 sm:grid-cols-2">
          {LIMITS.map(({ field, label, least, step }) => (
            <Field key={field} label={t(label)} error={errorOf(field)}>
              {(props) => (
                <Input
                  {...props}
                  type="number"
                  min={least}
                  step={step}
                  placeholder={t('keys.none')}
                  value={limits[field]}
                  onChange={({ target }) => setLimits({ ...limits, [field]: target.value })}
                />
              )}
            </Field>
          ))}
          <Field label={t('keys.expires')} error={errorOf('expires_at')}>
            {(props) => (
              <Select {...props} value={days} onChange={({ target }) => setDays(target.value)}>
                {record?.expires_at && <option value={KEPT}>{day(record.expires_at)}</option>}
                <option value="">{t('keys.neverExpires')}</option>
                {DAYS.map((count) => (
                  <option key={count} value={count}>
                    {t('keys.days', { count })}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <Field label={t('keys.models')} help={t('keys.modelsHelp')} error={errorOf('models')}>
          {(props) => (
            <>
              <Input
                {...props}
                list="key-models"
                placeholder={t('keys.allModels')}
                value={models}
                onChange={({ target }) => setModels(target.value)}
              />
              <datalist id="key-models">
                {[...new Set(operations.map(({ model }) => model))].map((model) => (
                  <option key={model} value={model} />
                ))}
              </datalist>
            </>
          )}
        </Field>
        {fault && !(fault instanceof ApiError && fault.field) && <Fault error={fault} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" disabled={saving.isPending}>
            {t(record ? 'common.save' : 'keys.make')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
