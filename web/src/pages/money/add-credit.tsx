import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/client.ts'
import { usd } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { useSession } from '../../shell/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Fault } from '../../ui/parts.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { say } from '../../ui/toast.tsx'

const AMOUNTS = [10, 25, 50, 100]

/** Credit by a code of the operator's, or by card where the gateway takes payments. */
export function AddCredit({ onClose }: { onClose: () => void }) {
  const t = useT()
  const { features } = useSession()
  const [way, setWay] = useState(features.payments ? 'card' : 'code')
  return (
    <Dialog open onClose={onClose} title={t('money.addCredit')} about={t('money.addCreditAbout')}>
      <div className="grid grid-cols-1 gap-4">
        {features.payments && (
          <Tabs
            label={t('money.addCredit')}
            value={way}
            onChange={setWay}
            items={[
              { value: 'card', label: t('money.byCard') },
              { value: 'code', label: t('money.byCode') },
            ]}
          />
        )}
        {way === 'card' ? <ByCard /> : <ByCode onDone={onClose} />}
      </div>
    </Dialog>
  )
}

function ByCode({ onDone }: { onDone: () => void }) {
  const t = useT()
  const client = useQueryClient()
  const [code, setCode] = useState('')
  const redeeming = useMutation({
    mutationFn: () => call('POST /api/v1/codes/redeem', { body: { code } }),
    onSuccess({ amount_usd }) {
      say(t('money.redeemed', { amount: usd(amount_usd) }))
      void client.invalidateQueries({ queryKey: ['balance'] })
      void client.invalidateQueries({ queryKey: ['ledger'] })
      onDone()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    redeeming.mutate()
  }
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-4">
      <Field label={t('money.code')} help={t('money.codeHelp')}>
        {(props) => (
          <Input
            {...props}
            required
            autoComplete="off"
            spellCheck={false}
            placeholder="POLY-XXXX-XXXX-XXXX-XXXX"
            value={code}
            onChange={({ target }) => setCode(target.value)}
            className="font-mono uppercase placeholder:normal-case"
          />
        )}
      </Field>
      {redeeming.error && <Fault error={redeeming.error} />}
      <Button type="submit" look="primary" className="justify-self-end" disabled={redeeming.isPending}>
        {t('money.redeem')}
      </Button>
    </form>
  )
}

function ByCard() {
  const t = useT()
  const [amount, setAmount] = useState('25')
  const paying = useMutation({
    mutationFn: () => call('POST /api/v1/payments', { body: { amount_usd: Number(amount) } }),
    onSuccess: ({ url }) => location.assign(url),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    paying.mutate()
  }
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-4">
      <div className="flex flex-wrap gap-2">
        {AMOUNTS.map((one) => (
          <Button
            key={one}
            look={Number(amount) === one ? 'primary' : 'plain'}
            aria-pressed={Number(amount) === one}
            onClick={() => setAmount(String(one))}
          >
            {usd(one)}
          </Button>
        ))}
      </div>
      <Field label={t('money.amount')} help={t('money.payAbout')}>
        {(props) => (
          <Input
            {...props}
            type="number"
            required
            min={1}
            max={10_000}
            step={0.01}
            value={amount}
            onChange={({ target }) => setAmount(target.value)}
          />
        )}
      </Field>
      {paying.error && <Fault error={paying.error} />}
      <Button type="submit" look="primary" className="justify-self-end" disabled={paying.isPending || amount === ''}>
        {t('money.pay', { amount: usd(Number(amount)) })}
      </Button>
    </form>
  )
}
