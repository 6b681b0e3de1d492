import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { sessionQuery } from '../../api/queries.ts'
import { dateTime } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Fault } from '../../ui/parts.tsx'
import { enter, tokenOfLink } from './enter.ts'
import { Frame } from './frame.tsx'
import { NewPersonForm } from './new-person.tsx'

/** Someone was invited by a link: a new person signs up with it, a known one accepts it. */
export function Invitation() {
  const t = useT()
  const [token] = useState(tokenOfLink)
  const { data: session } = useQuery(sessionQuery)
  const { data: invitation, error } = useQuery({
    queryKey: ['invitation'],
    queryFn: () => call('POST /api/workspace/invitation', { body: { token } }),
    retry: false,
  })
  const accepting = useMutation({
    mutationFn: async () => enter(await call('POST /api/workspace/invitation/accept', { body: { token } })),
  })
  if (error) {
    return (
      <Frame title={t('invitation.title')}>
        <Fault error={error} />
        <p className="text-soft">{t('invitation.invalid')}</p>
      </Frame>
    )
  }
  return (
    <Frame
      title={invitation ? t('invitation.to', { name: invitation.tenant.name }) : t('invitation.title')}
      about={
        invitation &&
        t('invitation.about', {
          role: t(`role.${invitation.role}` as 'role.member'),
          until: dateTime(invitation.expires_at),
        })
      }
    >
      {invitation &&
        (session?.person ? (
          <>
            {accepting.error && <Fault error={accepting.error} />}
            <Button look="primary" onClick={() => accepting.mutate()} disabled={accepting.isPending}>
              {t('invitation.accept', { name: session.person.name || session.person.email })}
            </Button>
          </>
        ) : (
          <>
            <NewPersonForm
              email={invitation.email ?? ''}
              label={t('signUp.submit')}
              submit={async (person) =>
                enter(await call('POST /api/workspace/sign-up', { body: { ...person, invitation: token } }))
              }
            />
            <Button look="quiet" asChild>
              <Link to="/sign-in" search={{ next: '/invitation' }}>
                {t('signUp.known')}
              </Link>
            </Button>
          </>
        ))}
    </Frame>
  )
}
