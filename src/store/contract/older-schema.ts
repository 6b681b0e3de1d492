/** The schema that tests of upgrades begin with. */
export const OLDER_SCHEMA = '0010-webhook-addresses'

/** Undo the migrations after it, on both engines. A new migration adds what undoes it at the top. */
export const UNDO_LATER: readonly string[] = [
  'drop table notices',
  'drop index tenants_price_group',
  'alter table tenants drop column price_group',
  ...['price_rule', 'cost', 'cost_source'].map((column) => `alter table tasks drop column ${column}`),
  ...['price_rules', 'cost_rules', 'price_revision'].map((table) => `drop table ${table}`),
  'alter table tasks drop column request_id',
  'alter table tasks drop column traceparent',
  'drop table fingerprints',
]
