import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { call } from '../../api/client.ts'
import { Input } from '../../ui/field.tsx'

function useTenants() {
  // The same list as that of the tenants' page.
  return useQuery({
    queryKey: ['admin-tenants'],
    queryFn: () => call('GET /api/admin/tenants', { query: { limit: 1_000 } }),
  }).data?.items
}

/** The name of a tenant, by its id; the id where it is not known. */
export function useTenantNames(): (id: string) => string {
  const names = new Map(useTenants()?.map(({ id, name }) => [id, name]))
  return (id) => names.get(id) ?? id
}

interface Props {
  id?: string
  value: string
  onChange: (name: string) => void
  placeholder?: string
  className?: string
}

/** The name or id of a tenant, with those that there are. */
export function TenantInput({ value, onChange, ...rest }: Props) {
  const list = useId()
  const tenants = useTenants()
  return (
    <>
      <Input {...rest} list={list} value={value} onChange={({ target }) => onChange(target.value)} />
      <datalist id={list}>
        {tenants?.map(({ id, name }) => (
          <option key={id} value={name} />
        ))}
      </datalist>
    </>
  )
}
