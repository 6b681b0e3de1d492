import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Download, ScrollText } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { saveTable } from '../../api/save-table.ts'
import { dateTime } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { More } from '../../ui/more.tsx'
import { Empty, Fault, Panel, PanelTitle, Skeleton } from '../../ui/parts.tsx'
import { Table } from '../../ui/table.tsx'
import { sayError } from '../../ui/toast.tsx'

interface Filters {
  verb: string
  actor: string
  tenant: string
  from: string
  to: string
}

const NO_FILTERS: Filters = { verb: '', actor: '', tenant: '', from: '', to: '' }

/** Who changed what, as far as the filters let through, and the same as a file. */
export function AuditLog() {
  const t = useT()
  const [filters, setFilters] = useState(NO_FILTERS)
  const list = useInfiniteQuery({
    queryKey: ['admin-audit', filters],
    queryFn: ({ pageParam }) =>
      call('GET /api/admin/audit', { query: { ...filters, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }),
    placeholderData: (before) => before,
    retry: false,
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  })
  const { data, error, refetch } = list
  const { data: people } = useQuery({
    queryKey: ['admin-people', 'names'],
    queryFn: () => call('GET /api/admin/people', { query: { limit: 1_000 } }),
  })
  const { data: keys } = useQuery({
    queryKey: ['admin-keys', 'names'],
    queryFn: () => call('GET /api/admin/keys', { query: { limit: 1_000 } }),
  })
  /** People and keys by their names, as far as they are still there. */
  const nameOf = (actor: string): string =>
    people?.items.find(({ id }) => actor === `person:${id}`)?.name ??
    keys?.items.find(({ id }) => actor === id)?.name ??
    actor
  const entries = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Panel>
      <PanelTitle
        aside={
          <Button
            size="small"
            onClick={() => void saveTable('/api/admin/audit', filters, 'polyphony-audit.csv').catch(sayError)}
          >
            <Download />
            {t('audit.export')}
          </Button>
        }
      >
        {t('operator.audit')}
      </PanelTitle>
      <AuditFilters filters={filters} onChange={setFilters} />
      {error && !list.isFetchNextPageError && <Fault error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data && entries.length === 0 && (
        <Empty icon={<ScrollText />} title={t(filters === NO_FILTERS ? 'audit.empty' : 'audit.noMatch')} />
      )}
      {entries.length > 0 && (
        <Table
          label={t('operator.audit')}
          rows={entries}
          keyOf={({ at, verb, subject }) => `${at} ${verb} ${subject}`}
          columns={[
            {
              head: t('audit.at'),
              card: 'bare',
              className: 'whitespace-nowrap text-soft',
              cell: ({ at }) => dateTime(at),
            },
            {
              head: t('audit.actor'),
              card: 'bare',
              className: 'max-w-48 truncate',
              cell: ({ actor, address }) => (
                <>
                  <span title={actor}>{nameOf(actor)}</span>
                  {address && <span className="block truncate text-soft text-xs">{address}</span>}
                </>
              ),
            },
            {
              head: t('audit.verb'),
              card: 'title',
              cell: ({ verb }) => <span className="font-mono text-xs">{verb}</span>,
            },
            {
              head: t('audit.subject'),
              className: 'max-w-40 truncate font-mono text-soft text-xs',
              cell: ({ subject }) => subject,
            },
            {
              head: t('audit.change'),
              card: 'line',
              className: 'max-w-96',
              cell: ({ before, after }) =>
                (before || after) && (
                  <details>
                    <summary className="truncate text-soft text-xs">{changeOf(before, after)}</summary>
                    <pre className="mt-1 overflow-x-auto whitespace-pre-wrap font-mono text-xs">
                      {JSON.stringify({ before, after }, null, 2)}
                    </pre>
                  </details>
                ),
            },
          ]}
        />
      )}
      <More of={list} isInPanel />
    </Panel>
  )
}

function AuditFilters({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const t = useT()
  const text = (name: keyof Filters, label: string, type = 'text') => (
    <Field label={label} key={name}>
      {(props) => (
        <Input
          {...props}
          type={type}
          placeholder={t('audit.any')}
          value={filters[name]}
          onChange={({ target }) => onChange({ ...filters, [name]: target.value })}
        />
      )}
    </Field>
  )
  return (
    <div className="grid grid-cols-2 gap-3 border-line border-b px-4 py-3 md:grid-cols-5">
      {text('verb', t('audit.verb'))}
      {text('actor', t('audit.actor'))}
      {text('tenant', t('audit.tenant'))}
      {text('from', t('audit.from'), 'date')}
      {text('to', t('audit.to'), 'date')}
    </div>
  )
}

/** The names of what changed. */
function changeOf(before: Record<string, unknown> | null, after: Record<string, unknown> | null): string {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
  const changed = [...names].filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]))
  return changed.join(', ') || '–'
}
