import { useMutation } from '@tanstack/react-query'
import { CircleCheck, Scale } from 'lucide-react'
import { call } from '../../api/client.ts'
import { number, pointsAsUsd } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Empty, Fault, Panel, PanelTitle } from '../../ui/parts.tsx'
import { Table } from '../../ui/table.tsx'

/** Proves that the money is right: the whole ledger is read and compared with every balance. */
export function Reconcile() {
  const t = useT()
  const checking = useMutation({ mutationFn: () => call('GET /api/admin/reconcile') })
  const { data, error, isPending } = checking
  const run = (
    <Button look="primary" onClick={() => checking.mutate()} disabled={isPending}>
      <Scale />
      {isPending ? t('reconcile.running') : t('reconcile.run')}
    </Button>
  )
  return (
    <Panel>
      <PanelTitle aside={data && run}>{t('operator.reconcile')}</PanelTitle>
      {error && <Fault error={error} />}
      {!data && (
        <Empty icon={<Scale />} title={t('reconcile.title')} action={run}>
          {t('reconcile.about')}
        </Empty>
      )}
      {data && (
        <div className="grid grid-cols-1 gap-5 p-4">
          {data.clean ? (
            <p className="flex items-center gap-2 rounded-lg bg-good-ground px-4 py-3 font-medium text-good [&_svg]:size-5">
              <CircleCheck aria-hidden />
              {t('reconcile.clean', { count: number(data.transactions) })}
            </p>
          ) : (
            <Table
              label={t('reconcile.faults')}
              rows={data.faults}
              keyOf={({ rule, subject }) => rule + subject}
              columns={[
                { head: t('reconcile.rule'), card: 'title', cell: ({ rule }) => rule },
                { head: t('audit.subject'), className: 'font-mono text-xs', cell: ({ subject }) => subject },
                { head: t('reconcile.found'), card: 'line', cell: ({ found }) => found },
              ]}
            />
          )}
          <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
            {Object.entries(data.points).map(([name, points]) => (
              <div key={name}>
                <dt className="text-soft text-xs">{name}</dt>
                <dd className="font-medium tabular">{pointsAsUsd(points)}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </Panel>
  )
}
