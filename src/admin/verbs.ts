import type { Static } from 'typebox'
import { ACCOUNT_VERBS, OWN_ACCOUNT_VERBS } from './accounts.ts'
import { ANNOUNCEMENT_VERBS, OWN_ANNOUNCEMENT_VERBS } from './announcements.ts'
import { AUDIT_VERBS } from './audit.ts'
import { OWN_NOTICE_VERBS } from './balance-notice.ts'
import { CALL_VERBS, OWN_CALL_VERBS } from './calls.ts'
import { CONFIG_VERBS } from './config.ts'
import { CREDIT_VERBS } from './credit.ts'
import { HEALTH_VERBS } from './health.ts'
import { INVITATION_VERBS, OWN_INVITATION_VERBS } from './invitations.ts'
import { KEY_VERBS, OWN_KEY_VERBS } from './keys.ts'
import { LEDGER_VERBS, OWN_LEDGER_VERBS } from './ledger.ts'
import { MEMBER_VERBS, OWN_MEMBER_VERBS } from './members.ts'
import { OWN_PAYMENT_VERBS, PAYMENT_VERBS } from './payments.ts'
import { PERSON_VERBS } from './people.ts'
import { PRICE_VERBS } from './prices.ts'
import { RECONCILE_VERBS } from './reconcile.ts'
import { RETENTION_VERBS } from './retention.ts'
import { ROUTING_VERBS } from './routing.ts'
import { OWN_SHARE_VERBS } from './shares.ts'
import { TASK_VERBS } from './tasks.ts'
import { TENANT_VERBS } from './tenants.ts'
import { CODE_VERBS, OWN_CODE_VERBS } from './top-up-codes.ts'
import { OWN_USAGE_VERBS, USAGE_VERBS } from './usage.ts'
import type { Verb } from './verb.ts'
import { OWN_WEBHOOK_VERBS, WEBHOOK_VERBS } from './webhooks.ts'

/** What the operator does, below `/api/admin` and on the command line. */
export const OPERATOR_VERBS = [
  ...TENANT_VERBS,
  ...KEY_VERBS,
  ...CREDIT_VERBS,
  ...LEDGER_VERBS,
  ...CALL_VERBS,
  ...PRICE_VERBS,
  ...USAGE_VERBS,
  ...TASK_VERBS,
  ...WEBHOOK_VERBS,
  ...ACCOUNT_VERBS,
  ...RECONCILE_VERBS,
  ...CONFIG_VERBS,
  ...AUDIT_VERBS,
  ...PERSON_VERBS,
  ...MEMBER_VERBS,
  ...INVITATION_VERBS,
  ...CODE_VERBS,
  ...PAYMENT_VERBS,
  ...ANNOUNCEMENT_VERBS,
  ...HEALTH_VERBS,
  ...ROUTING_VERBS,
  ...RETENTION_VERBS,
] as const

/** What tenants do for themselves, below `/api/v1`. */
export const OWN_VERBS: readonly Verb[] = [
  ...OWN_KEY_VERBS,
  ...OWN_USAGE_VERBS,
  ...OWN_LEDGER_VERBS,
  ...OWN_CALL_VERBS,
  ...OWN_WEBHOOK_VERBS,
  ...OWN_ACCOUNT_VERBS,
  ...OWN_MEMBER_VERBS,
  ...OWN_INVITATION_VERBS,
  ...OWN_CODE_VERBS,
  ...OWN_PAYMENT_VERBS,
  ...OWN_NOTICE_VERBS,
  ...OWN_ANNOUNCEMENT_VERBS,
  ...OWN_SHARE_VERBS,
]

type OperatorVerb = (typeof OPERATOR_VERBS)[number]
export type OperatorVerbName = OperatorVerb['name']
type Named<Name extends OperatorVerbName> = Extract<OperatorVerb, { name: Name }>
export type InputOf<Name extends OperatorVerbName> = Static<Named<Name>['input']>
export type AnswerOf<Name extends OperatorVerbName> = Static<Named<Name>['answer']>
