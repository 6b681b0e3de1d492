import { useQuery } from '@tanstack/react-query'
import { Heart, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { call } from '../../api/client.ts'
import { operationsQuery } from '../../api/queries.ts'
import { useT } from '../../i18n/i18n.ts'
import { useMode } from '../../shell/mode.ts'
import { Button } from '../../ui/button.tsx'
import { cn } from '../../ui/classes.ts'
import { Select } from '../../ui/field.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { type Filter, KINDS, type KindName, STATES, type StateName } from './items.ts'

interface FiltersProps {
  filter: Filter
  onChange: (next: Partial<Record<keyof Filter, string | undefined>>) => void
  /** Shown at the end of the line. */
  children?: ReactNode
}

/** What the library is narrowed by; each choice is in the address, so that it can be kept. */
export function Filters({ filter, onChange, children }: FiltersProps) {
  const t = useT()
  const mode = useMode()
  const { data: operations = [] } = useQuery(operationsQuery(mode))
  const { data: keys = [] } = useQuery({
    queryKey: ['keys', 'names'],
    queryFn: async () => (await call('GET /api/v1/keys', { query: { limit: 200 } })).items,
    // A key that someone signed in by may not list the others: then there is nothing to choose from.
    retry: false,
    staleTime: 60_000,
  })
  const models = [...new Set(operations.map(({ model }) => model))].sort()
  const isFiltered = Object.values(filter).some(Boolean)
  return (
    <div className="mb-5 flex flex-wrap gap-2">
      <SearchBox
        label={t('library.search')}
        value={filter.search ?? ''}
        onChange={(search) => onChange({ search })}
        className="sm:min-w-44 sm:max-w-xs sm:flex-1"
      />
      {/* On a phone one line that scrolls; elsewhere in the line of the search. */}
      <div className="-mx-4 flex min-w-0 max-w-[100vw] gap-2 overflow-x-auto px-4 py-0.5 sm:contents">
        <Choice
          name={t('library.kind')}
          all={t('library.allKinds')}
          value={filter.kind}
          onChange={(kind) => onChange({ kind })}
        >
          {Object.keys(KINDS).map((name) => (
            <option key={name} value={name}>
              {t(`library.${name as KindName}`)}
            </option>
          ))}
        </Choice>
        <Choice
          name={t('library.model')}
          all={t('library.allModels')}
          value={filter.model}
          onChange={(model) => onChange({ model })}
        >
          {models.map((model) => (
            <option key={model}>{model}</option>
          ))}
        </Choice>
        <Choice
          name={t('library.status')}
          all={t('library.completed')}
          value={filter.status}
          onChange={(status) => onChange({ status })}
        >
          {(Object.keys(STATES) as StateName[])
            .filter((name) => name !== 'completed')
            .map((name) => (
              <option key={name} value={name}>
                {t(`library.${name}`)}
              </option>
            ))}
          <option value="any">{t('library.anyStatus')}</option>
        </Choice>
        <Choice
          name={t('library.time')}
          all={t('library.anyTime')}
          value={filter.time}
          onChange={(time) => onChange({ time })}
        >
          <option value="1">{t('library.day')}</option>
          <option value="7">{t('library.week')}</option>
          <option value="30">{t('library.month')}</option>
        </Choice>
        <Button
          aria-pressed={Boolean(filter.favourite)}
          onClick={() => onChange({ favourite: filter.favourite ? undefined : '1' })}
          className={cn(filter.favourite && 'border-mark bg-mark-ground text-mark hover:bg-mark-ground')}
        >
          <Heart className={cn(filter.favourite && 'fill-current')} />
          {t('library.favourites')}
        </Button>
        {keys.length > 0 && (
          <Choice
            name={t('library.key')}
            all={t('library.allKeys')}
            value={filter.key}
            onChange={(key) => onChange({ key })}
          >
            {keys.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Choice>
        )}
        {isFiltered && (
          <Button
            look="quiet"
            onClick={() =>
              onChange({
                kind: undefined,
                model: undefined,
                status: undefined,
                key: undefined,
                time: undefined,
                search: undefined,
                favourite: undefined,
              })
            }
          >
            <X />
            {t('library.clear')}
          </Button>
        )}
      </div>
      {children}
    </div>
  )
}

interface ChoiceProps {
  name: string
  /** The first choice, which narrows nothing. */
  all: string
  value: string | undefined
  onChange: (value: string) => void
  children: ReactNode
}

function Choice({ name, all, value, onChange, children }: ChoiceProps) {
  return (
    <Select
      aria-label={name}
      value={value ?? ''}
      onChange={({ target }) => onChange(target.value)}
      className={cn('w-auto max-w-44 shrink-0 pr-1 pl-2.5 [field-sizing:content]', value && 'border-mark text-mark')}
    >
      <option value="">{all}</option>
      {children}
    </Select>
  )
}
