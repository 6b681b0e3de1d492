import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { call } from '../api/client.ts'
import { useT } from '../i18n/i18n.ts'
import { isOperator, mayManage, useSession } from '../shell/session.ts'
import { useTitle } from '../shell/use-title.ts'
import { Field } from '../ui/field.tsx'
import { Page, Panel } from '../ui/parts.tsx'
import { Switch } from '../ui/switch.tsx'
import { sayError } from '../ui/toast.tsx'
import { AccountList } from './accounts/account-list.tsx'
import { ownAccounts } from './accounts/accounts-api.ts'

/** The tenant's own accounts at providers: connect, test, debug. */
export function Accounts() {
  const t = useT()
  useTitle(t('nav.accounts'))
  const session = useSession()
  const may = mayManage(session)
  return (
    <Page title={t('nav.accounts')} about={t('accounts.about')}>
      <div className="grid grid-cols-1 gap-5">
        {isOperator(session) && (
          <p className="text-soft">
            {t('accounts.forAll')}{' '}
            <Link
              to="/operator/$section"
              params={{ section: 'accounts' }}
              className="text-ink underline underline-offset-2"
            >
              {t('accounts.forAllLink')}
            </Link>
          </p>
        )}
        <AccountList api={ownAccounts} mayChange={may} />
        {may && <Pool />}
      </div>
    </Page>
  )
}

/** Where tasks go that could run on an account of one's own. */
function Pool() {
  const t = useT()
  const client = useQueryClient()
  const key = ['pool']
  const { data: pool } = useQuery({ queryKey: key, queryFn: () => call('GET /api/v1/account/pool'), retry: false })
  const changing = useMutation({
    mutationFn: (body: { default_pool?: 'private' | 'public'; falls_back?: boolean }) =>
      call('PATCH /api/v1/account/pool', { body }),
    onSuccess: (next) => client.setQueryData(key, next),
    onError: sayError,
  })
  if (!pool) return null
  const row = 'grid-cols-[1fr_auto] items-center [&>p]:col-span-2'
  return (
    <Panel className="grid grid-cols-1 gap-5 p-4">
      <Field label={t('pool.own')} help={t('pool.ownHelp')} className={row}>
        {(props) => (
          <Switch
            {...props}
            checked={pool.default_pool === 'private'}
            onCheckedChange={(is) => changing.mutate({ default_pool: is ? 'private' : 'public' })}
          />
        )}
      </Field>
      <Field label={t('pool.fallback')} help={t('pool.fallbackHelp')} className={row}>
        {(props) => (
          <Switch {...props} checked={pool.falls_back} onCheckedChange={(is) => changing.mutate({ falls_back: is })} />
        )}
      </Field>
    </Panel>
  )
}
