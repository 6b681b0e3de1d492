/** The schema that tests of upgrades begin with. */
export const OLDER_SCHEMA = '0010-webhook-addresses'

/** Undo the migrations after it, on both engines. A new migration adds what undoes it at the top. */
export const UNDO_LATER: readonly string[] = [
  'drop table notices',
  'alter table tasks drop column request_id',
  'alter table tasks drop column traceparent',
  'drop table fingerprints',
]
