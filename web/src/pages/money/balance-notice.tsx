import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Fault } from '../../ui/parts.tsx'
import { say } from '../../ui/toast.tsx'

export const noticeQuery = queryOptions({
  queryKey: ['balance-notice'],
  queryFn: () => call('GET /api/v1/balance-notice'),
})

/** When, and where, one hears that the credit runs out. */
export function BalanceNotice({
  notice,
  onClose,
}: {
  notice: Answer<'GET /api/v1/balance-notice'>
  onClose: () => void
}) {
  const t = useT()
  const client = useQueryClient()
  const [below, setBelow] = useState(notice.below_usd === null ? '' : String(notice.below_usd))
  const [email, setEmail] = useState(notice.email ?? '')
  const [url, setUrl] = useState(notice.url ?? '')
  const saving = useMutation({
    mutationFn: () =>
      call('PATCH /api/v1/balance-notice', {
        body: {
          below_usd: below === '' ? null : Number(below),
          url: url === '' ? null : url,
          ...(notice.sends_mail ? { email: email === '' ? null : email } : {}),
        },
      }),
    onSuccess(saved) {
      client.setQueryData(noticeQuery.queryKey, saved)
      say(t(saved.below_usd === null ? 'money.balanceNoticeOff' : 'money.balanceNoticeSaved'))
      onClose()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <Dialog open onClose={onClose} title={t('money.balanceNotice')} about={t('money.balanceNoticeAbout')}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field label={t('money.below')} help={t('money.belowHelp')}>
          {(props) => (
            <Input
              {...props}
              type="number"
              min={0.01}
              step="any"
              value={below}
              onChange={({ target }) => setBelow(target.value)}
            />
          )}
        </Field>
        <Field label={t('money.email')} help={notice.sends_mail ? undefined : t('money.noMail')}>
          {(props) => (
            <Input
              {...props}
              type="email"
              disabled={!notice.sends_mail}
              value={email}
              onChange={({ target }) => setEmail(target.value)}
            />
          )}
        </Field>
        <Field label={t('money.url')} help={t('money.urlHelp')}>
          {(props) => <Input {...props} type="url" value={url} onChange={({ target }) => setUrl(target.value)} />}
        </Field>
        {saving.error && <Fault error={saving.error} />}
        <Button type="submit" look="primary" className="justify-self-end" disabled={saving.isPending}>
          {t('common.save')}
        </Button>
      </form>
    </Dialog>
  )
}
