import type { Engine } from '../tx.ts'

/** The schema that tests of upgrades begin with. */
export const OLDER_SCHEMA = '0010-webhook-addresses'

/** Statements that undo the migrations after it. A new migration adds what undoes it at the top. */
export function undoLater(engine: Engine): readonly string[] {
  return [...UNDO_TRIGGERS[engine], ...UNDO]
}

/** The engines drop triggers in different words. */
const UNDO_TRIGGERS: Record<Engine, readonly string[]> = {
  sqlite: ['drop trigger library_added', 'drop trigger library_removed'],
  postgres: ['drop function library_added cascade', 'drop function library_removed cascade'],
}

const UNDO: readonly string[] = [
  'drop index tasks_expired',
  'drop table kept_items',
  'drop index calls_by_response',
  'alter table calls drop column response_id',
  'drop index tasks_ended',
  'drop table connections',
  ...[
    'oauth_clients',
    'oauth_resources',
    'oauth_client_resources',
    'oauth_refresh_tokens',
    'oauth_access_tokens',
    'oauth_consents',
    'oauth_client_assertions',
  ].map((table) => `drop table ${table}`),
  'drop table retention',
  'drop index deliveries_failed',
  ...['top_up_codes', 'payments', 'balance_notices', 'announcements', 'sign_in_attempts'].map(
    (table) => `drop table ${table}`,
  ),
  'drop table shares',
  'drop table library',
  ...['batches_by_tenant', 'tasks_deleted', 'tasks_favourite'].map((index) => `drop index ${index}`),
  ...['favourite_at', 'deleted_at'].map((column) => `alter table tasks drop column ${column}`),
  'drop index api_keys_of_people',
  'alter table api_keys drop column person_id',
  ...['people', 'credentials', 'sessions', 'verifications', 'passkeys', 'two_factors', 'members', 'invitations'].map(
    (table) => `drop table ${table}`,
  ),
  'drop table answers',
  ...['tokens_per_minute', 'day_limit', 'month_limit', 'spend_day', 'day_spent', 'spend_month', 'month_spent'].map(
    (column) => `alter table api_keys drop column ${column}`,
  ),
  'alter table calls drop column batch_id',
  ...['call_batch_lines', 'call_batches', 'call_files'].map((table) => `drop table ${table}`),
  'alter table ledger_transactions drop column allowance_id',
  'drop table calls',
  'drop table allowances',
  'alter table tasks drop column cancel_requested_at',
  'drop table notices',
  'drop index tenants_price_group',
  'alter table tenants drop column price_group',
  ...['price_rule', 'cost', 'cost_source'].map((column) => `alter table tasks drop column ${column}`),
  ...['price_rules', 'cost_rules', 'price_revision'].map((table) => `drop table ${table}`),
  'drop table audit',
  'drop index tenants_age',
  'drop index api_keys_age',
  'drop index api_keys_previous',
  ...['frozen_at', 'deleted_at'].map((column) => `alter table tenants drop column ${column}`),
  ...['last_used_at', 'previous_hash', 'previous_until'].map((column) => `alter table api_keys drop column ${column}`),
  'alter table tasks drop column request_id',
  'alter table tasks drop column traceparent',
  'drop table fingerprints',
]
