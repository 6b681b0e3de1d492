import { useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { useLocale, useT } from '../../i18n/i18n.ts'
import { translateMessage } from '../../i18n/messages.ts'
import { Input } from '../../ui/field.tsx'
import { Badge, Empty, Fault, Panel, PanelTitle, Skeleton } from '../../ui/parts.tsx'
import { Table } from '../../ui/table.tsx'

/** What the gateway shows in place of a secret. */
const HIDDEN = '(hidden)'

/** The settings in force and where they come from. They are set in the environment or a file, not here. */
export function Configuration() {
  const t = useT()
  const locale = useLocale()
  const [typed, setTyped] = useState('')
  const { data, error, refetch } = useQuery({
    queryKey: ['admin-config'],
    queryFn: () => call('GET /api/admin/config'),
  })
  const { data: own } = useQuery({
    queryKey: ['setting-texts'],
    queryFn: async () => (await import('../../i18n/zh-settings.ts')).zhSettings,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: locale === 'zh',
  })
  const about = ({ name, what }: { name: string; what: string }): string =>
    (locale === 'zh' && own?.[name]) || translateMessage(what)
  const words = typed.toLowerCase()
  const shown = data?.settings.filter((one) => `${one.name} ${about(one)}`.toLowerCase().includes(words))
  return (
    <Panel>
      <PanelTitle
        aside={
          <Input
            type="search"
            aria-label={t('configuration.find')}
            placeholder={t('configuration.find')}
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
            className="h-8 w-56"
          />
        }
      >
        {t('configuration.title')}
      </PanelTitle>
      <p className="border-line border-b px-4 py-2.5 text-soft text-xs">{t('configuration.about')}</p>
      {error && <Fault error={error} retry={() => void refetch()} />}
      {data?.faults.map((fault) => (
        <p key={fault} className="bg-bad-ground px-4 py-2 text-bad">
          {fault}
        </p>
      ))}
      {!data && !error && <Skeleton />}
      {shown?.length === 0 && <Empty icon={<Search />} title={t('configuration.noMatch')} />}
      {shown && shown.length > 0 && (
        <Table
          label={t('configuration.title')}
          rows={shown}
          keyOf={({ name }) => name}
          columns={[
            {
              head: t('configuration.name'),
              card: 'title',
              className: 'align-top',
              cell: (setting) => (
                <>
                  <span className="font-mono text-xs">{setting.name}</span>
                  <span className="block max-w-lg text-soft text-xs">{about(setting)}</span>
                </>
              ),
            },
            {
              head: t('configuration.value'),
              card: 'bare',
              className: 'max-w-64 truncate align-top font-mono text-xs',
              cell: ({ value, from }) => {
                const text = from === 'default' || value === HIDDEN ? translateMessage(value) : value
                return text && <span title={text}>{text}</span>
              },
            },
            {
              head: t('configuration.from'),
              card: 'mark',
              className: 'align-top',
              cell: ({ from }) => (
                <Badge isKind tone={from === 'default' ? 'plain' : 'info'}>
                  {translateMessage(from)}
                </Badge>
              ),
            },
          ]}
        />
      )}
    </Panel>
  )
}
