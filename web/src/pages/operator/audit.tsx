import { useInfiniteQuery } from '@tanstack/react-query'
import { ScrollText } from 'lucide-react'
import { call } from '../../api/client.ts'
import { dateTime } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Empty, Fault, Panel, PanelTitle, Skeleton, Table } from '../../ui/parts.tsx'

/** Who changed what. */
export function AuditLog() {
  const t = useT()
  const { data, error, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['admin-audit'],
    queryFn: ({ pageParam }) =>
      call('GET /api/admin/audit', { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  })
  const entries = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Panel>
      <PanelTitle>{t('operator.audit')}</PanelTitle>
      {error && <Fault error={error} />}
      {!data && !error && <Skeleton />}
      {data && entries.length === 0 && <Empty icon={<ScrollText />} title={t('audit.empty')} />}
      {entries.length > 0 && (
        <Table
          label={t('operator.audit')}
          head={[t('audit.at'), t('audit.actor'), t('audit.verb'), t('audit.subject'), t('audit.change')]}
        >
          {entries.map(({ at, actor, address, verb, subject, before, after }) => (
            <tr key={`${at} ${verb} ${subject}`}>
              <td className="whitespace-nowrap text-soft">{dateTime(at)}</td>
              <td className="max-w-48 truncate">
                {actor} <span className="text-soft text-xs">{address}</span>
              </td>
              <td className="font-mono text-xs">{verb}</td>
              <td className="max-w-40 truncate font-mono text-soft text-xs">{subject ?? '–'}</td>
              <td className="max-w-96">
                {before || after ? (
                  <details>
                    <summary className="truncate text-soft text-xs">{changeOf(before, after)}</summary>
                    <pre className="mt-1 overflow-x-auto whitespace-pre-wrap font-mono text-xs">
                      {JSON.stringify({ before, after }, null, 2)}
                    </pre>
                  </details>
                ) : (
                  '–'
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {hasNextPage && (
        <div className="border-line border-t p-3 text-center">
          <Button size="small" onClick={() => void fetchNextPage()}>
            {t('common.more')}
          </Button>
        </div>
      )}
    </Panel>
  )
}

/** The names of what changed. */
function changeOf(before: Record<string, unknown> | null, after: Record<string, unknown> | null): string {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
  const changed = [...names].filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]))
  return changed.join(', ') || '–'
}
