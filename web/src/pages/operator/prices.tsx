import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Tag, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/client.ts'
import { operationsQuery } from '../../api/queries.ts'
import { day, usd } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { useAct } from '../../shell/acts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { Empty, Fault, Panel, PanelTitle, Skeleton } from '../../ui/parts.tsx'
import { Table } from '../../ui/table.tsx'
import { useRemovals } from '../../ui/use-removals.ts'
import { TenantInput, useTenantNames } from './tenant-input.tsx'

const PRICES = ['admin-prices'] as const
/** Calls in the preview of a rule. */
const PREVIEWED = 60

export function Prices() {
  const t = useT()
  const client = useQueryClient()
  const nameOf = useTenantNames()
  const [isSetting, setSetting] = useState(false)
  useAct('prices.set', () => setSetting(true))
  const { data, error, refetch } = useQuery({ queryKey: PRICES, queryFn: () => call('GET /api/admin/prices') })
  const changed = (): void => {
    void client.invalidateQueries({ queryKey: PRICES })
    void client.invalidateQueries({ queryKey: ['operations'] })
  }
  const { isGone, remove } = useRemovals()
  const end = (id: string, of: string): void =>
    remove(id, t('prices.ended', { of }), async () => {
      await call('DELETE /api/admin/prices/{id}', { path: { id } })
      changed()
    })
  const rules = data?.filter(({ id }) => !isGone(id))
  const add = (
    <Button look="primary" size="small" onClick={() => setSetting(true)}>
      <Plus />
      {t('prices.set')}
    </Button>
  )
  return (
    <Panel>
      <PanelTitle aside={add}>{t('prices.inForce')}</PanelTitle>
      {error && <Fault error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {rules && rules.length > 0 && (
        <Table
          label={t('prices.inForce')}
          rows={rules}
          keyOf={({ id }) => id}
          columns={[
            {
              head: t('prices.of'),
              card: 'title',
              cell: ({ of, when }) => (
                <>
                  <span className="block font-medium">{of}</span>
                  <span className="block text-soft text-xs">
                    {Object.entries(when)
                      .map(([name, value]) => `${name} = ${value}`)
                      .join(', ')}
                  </span>
                </>
              ),
            },
            {
              head: t('prices.price'),
              isNumber: true,
              card: 'mark',
              cell: ({ factor, usd: amount, per }) =>
                factor === null ? `${usd(amount ?? 0)}${per ? ` / ${per}` : ''}` : `× ${factor}`,
            },
            {
              head: t('prices.for'),
              className: 'text-soft',
              cell: ({ tenant, group }) => (tenant === null ? (group ?? t('prices.everyone')) : nameOf(tenant)),
            },
            { head: t('prices.note'), className: 'max-w-56 truncate text-soft', cell: ({ note }) => note },
            {
              head: t('prices.since'),
              className: 'whitespace-nowrap text-soft',
              cell: ({ begun_at }) => day(begun_at),
            },
            {
              head: '',
              card: 'actions',
              cell: ({ id, of }) => (
                <Button look="quiet" size="smallIcon" aria-label={t('prices.end', { of })} onClick={() => end(id, of)}>
                  <Trash2 />
                </Button>
              ),
            },
          ]}
        />
      )}
      {rules?.length === 0 && (
        <Empty icon={<Tag />} title={t('prices.emptyTitle')} action={add}>
          {t('prices.empty')}
        </Empty>
      )}
      {isSetting && (
        <SetPrice
          onClose={() => setSetting(false)}
          onDone={() => {
            setSetting(false)
            changed()
          }}
        />
      )}
    </Panel>
  )
}

/** A rule, and what typical calls would cost by it, before it is set. */
function SetPrice({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const t = useT()
  const { data: operations = [] } = useQuery(operationsQuery('live'))
  const [of, setOf] = useState('')
  const [way, setWay] = useState<'usd' | 'factor'>('factor')
  const [amount, setAmount] = useState('1.2')
  const [note, setNote] = useState('')
  const [tenant, setTenant] = useState('')
  const whose = tenant === '' ? {} : { tenant }
  const rule = { of, [way]: Number(amount), ...whose, ...(note === '' ? {} : { note }) }
  const isWhole = of !== '' && amount !== '' && Number.isFinite(Number(amount))
  const { data: preview, error: wrong } = useQuery({
    queryKey: ['price-preview', of, way, amount, tenant],
    queryFn: () => call('POST /api/admin/prices/preview', { body: { of, ...whose, rules: [rule] } }),
    enabled: isWhole,
    retry: false,
  })
  const setting = useMutation({ mutationFn: () => call('POST /api/admin/prices', { body: rule }), onSuccess: onDone })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setting.mutate()
  }
  const names = ['*', ...new Set(operations.flatMap(({ id, model }) => [model, id]))]
  return (
    <Dialog open onClose={onClose} title={t('prices.set')} about={t('prices.setAbout')} wide>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <div className="grid gap-4 sm:grid-cols-[2fr_1fr_1fr]">
          <Field label={t('prices.of')} help={t('prices.ofHelp')}>
            {(props) => (
              <>
                <Input
                  {...props}
                  list="price-names"
                  required
                  value={of}
                  onChange={({ target }) => setOf(target.value)}
                />
                <datalist id="price-names">
                  {names.map((name) => (
                    <option key={name} value={name} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
          <Field label={t('prices.way')}>
            {(props) => (
              <Select
                {...props}
                value={way}
                onChange={({ target }) => {
                  setWay(target.value as typeof way)
                  // A factor is no price: 1.2 times is not 1.20 USD.
                  setAmount('')
                }}
              >
                <option value="factor">{t('prices.factor')}</option>
                <option value="usd">{t('prices.amount')}</option>
              </Select>
            )}
          </Field>
          <Field label={way === 'usd' ? t('prices.usd') : t('prices.times')}>
            {(props) => (
              <Input
                {...props}
                type="number"
                step="any"
                min={0}
                required
                value={amount}
                onChange={({ target }) => setAmount(target.value)}
              />
            )}
          </Field>
        </div>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t('prices.for')} help={t('prices.forHelp')}>
            {(props) => <TenantInput {...props} value={tenant} onChange={setTenant} />}
          </Field>
          <Field label={t('prices.note')}>
            {(props) => <Input {...props} value={note} onChange={({ target }) => setNote(target.value)} />}
          </Field>
        </div>
        {preview && preview.length > 0 && (
          <div className="max-h-64 overflow-y-auto rounded-lg border border-line">
            <h3 className="px-4 pt-3 font-medium text-[13px]">{t('prices.preview')}</h3>
            <Table
              label={t('prices.preview')}
              rows={preview.slice(0, PREVIEWED)}
              keyOf={({ operation, call: what }) => operation + what}
              columns={[
                { head: t('task.operation'), card: 'title', cell: ({ operation }) => operation },
                {
                  head: t('prices.call'),
                  card: 'line',
                  className: 'text-soft text-xs',
                  cell: ({ call: what }) => <span className="text-soft text-xs">{what || t('prices.example')}</span>,
                },
                { head: t('prices.now'), isNumber: true, className: 'text-soft', cell: ({ now }) => usd(now.usd) },
                {
                  head: t('prices.then'),
                  isNumber: true,
                  className: 'font-medium',
                  cell: ({ proposed }) => proposed && usd(proposed.usd),
                },
              ]}
            />
            {preview.length > PREVIEWED && (
              <p className="px-4 py-2 text-soft text-xs">{t('prices.more', { count: preview.length - PREVIEWED })}</p>
            )}
          </div>
        )}
        {(setting.error ?? wrong) && <Fault error={setting.error ?? wrong} />}
        <Button type="submit" look="primary" className="justify-self-end" disabled={!isWhole || setting.isPending}>
          {t('prices.set')}
        </Button>
      </form>
    </Dialog>
  )
}
