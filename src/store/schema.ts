import type { Generated } from 'kysely'

/**
 * The tables. Instants are integer milliseconds UTC, money is integer points, JSON is text (it is written and read
 * whole, never searched), booleans are 0 or 1. `seq` is the clustering key: rows arrive at the end of the table.
 */
export interface Database {
  tenants: TenantsTable
  api_keys: ApiKeysTable
  balances: BalancesTable
  ledger_transactions: LedgerTransactionsTable
  tasks: TasksTable
  batches: BatchesTable
  drafts: DraftsTable
  task_counts: TaskCountsTable
  lines: LinesTable
  accounts: AccountsTable
  account_loads: AccountLoadsTable
  attempts: AttemptsTable
  assets: AssetsTable
  storage_use: StorageUseTable
  deliveries: DeliveriesTable
  receivers: ReceiversTable
  delivery_attempts: DeliveryAttemptsTable
  fingerprints: FingerprintsTable
  price_rules: PriceRulesTable
  cost_rules: CostRulesTable
  price_revision: PriceRevisionTable
  notices: NoticesTable
  audit: AuditTable
  allowances: AllowancesTable
  calls: CallsTable
  answers: AnswersTable
  kept_items: KeptItemsTable
  call_files: CallFilesTable
  call_batches: CallBatchesTable
  call_batch_lines: CallBatchLinesTable
  people: PeopleTable
  credentials: CredentialsTable
  sessions: SessionsTable
  verifications: VerificationsTable
  passkeys: PasskeysTable
  two_factors: TwoFactorsTable
  members: MembersTable
  invitations: InvitationsTable
  top_up_codes: TopUpCodesTable
  payments: PaymentsTable
  balance_notices: BalanceNoticesTable
  retention: RetentionTable
  connections: ConnectionsTable
  oauth_access_tokens: OauthTokensTable
  oauth_refresh_tokens: OauthTokensTable
  oauth_clients: OauthClientsTable
  oauth_consents: OauthConsentsTable
  announcements: AnnouncementsTable
  sign_in_attempts: SignInAttemptsTable
  library: LibraryTable
  shares: SharesTable
}

export interface TenantsTable {
  id: string
  name: string
  created_at: number
  /** Unfinished tasks beyond this many are parked as `staged`; null = no limit. */
  max_concurrent: number | null
  max_staged: number
  webhook_secret_version: number
  /** 1 = a task of the private pool may be done by the public one, when no account of the tenant's own can. */
  falls_back: Generated<number>
  /** The pool of a task that names none: `private` (if the tenant has an account for it) or `public`. */
  pool: Generated<string>
  /** The group by which prices are set for it. */
  price_group: Generated<string | null>
  /** Since when new tasks are refused; null = they are not. */
  frozen_at: Generated<number | null>
  /** The row stays for its ledger and its tasks. */
  deleted_at: Generated<number | null>
}

export interface ApiKeysTable {
  id: string
  tenant_id: string
  name: string
  /** SHA-256 of the key, hex. Keys are random, so a slow hash would add nothing. */
  hash: string
  /** The first characters, to recognise a key by. */
  prefix: string
  mode: string
  role: string
  allowed_models: string | null
  requests_per_minute: number | null
  max_concurrent: number | null
  spend_limit: number | null
  /** The points that the key's tasks hold or have consumed. */
  spent: number
  /** Unfinished tasks, parked ones included. */
  active: number
  staged: number
  created_at: number
  expires_at: number | null
  revoked_at: number | null
  /** Written at most once a minute. */
  last_used_at: Generated<number | null>
  /** The hash from before the last rotation, which is valid until `previous_until`. */
  previous_hash: Generated<string | null>
  previous_until: Generated<number | null>
  tokens_per_minute: Generated<number | null>
  day_limit: Generated<number | null>
  month_limit: Generated<number | null>
  /** The latest UTC day in which it spent anything, and how much in it; likewise for the month, see `utcMonth`. */
  spend_day: Generated<number>
  day_spent: Generated<number>
  spend_month: Generated<number>
  month_spent: Generated<number>
  /** The person whose tasks it makes; its text is not kept. */
  person_id: Generated<string | null>
}

/** A cache of the ledger's sums and of counts of tasks; `reconcile` checks it, and can rebuild it. */
export interface BalancesTable {
  tenant_id: string
  available: number
  held: number
  /** All credit that was ever booked. */
  credited: number
  active: number
  staged: number
}

export interface LedgerTransactionsTable {
  seq: Generated<number>
  id: string
  tenant_id: string
  kind: string
  task_id: string | null
  /** The key of the task, so that the spending of a key can be checked when the task's record is gone. */
  key_id: string | null
  memo: string | null
  at: number
  /** What the transaction adds to each account, in points; the four sum to zero. */
  available: number
  held: number
  funding: number
  revenue: number
  /** The allowance of a process for calls that the transaction fills, takes from or ends. */
  allowance_id: Generated<string | null>
}

/** Points that a process holds for the calls of a key. */
export interface AllowancesTable {
  id: string
  tenant_id: string
  key_id: string
  held: number
  holder: string
  /** When it ends unless the process renews it. */
  lease_until: number
}

/** Calls that were answered on the spot: never their content. */
export interface CallsTable {
  seq: Generated<number>
  id: string
  tenant_id: string
  key_id: string
  mode: string
  request_id: string | null
  endpoint: string
  model: string
  provider: string | null
  account: string | null
  vendor_model: string | null
  status: number
  outcome: string
  error_code: string | null
  streamed: number
  usage: string | null
  price: number
  cost: number | null
  tried: string
  created_at: number
  first_byte_ms: number | null
  duration_ms: number
  /** The transaction of the ledger that has its price; null = it cost nothing. */
  booking: string | null
  record_expires_at: number
  /** The batch whose line it answers. */
  batch_id: Generated<string | null>
  /** As the vendor that keeps the response names it. */
  response_id: Generated<string | null>
}

/** Files that clients sent for their calls, and results of batches. */
export interface CallFilesTable {
  id: string
  tenant_id: string
  mode: string
  asset_id: string
  purpose: string
  name: string
  size_bytes: number
  created_at: number
  expires_at: number
}

/** Files of calls that are answered one after another, as a file. */
export interface CallBatchesTable {
  id: string
  tenant_id: string
  mode: string
  key_id: string
  format: string
  endpoint: string
  status: string
  input_file_id: string
  input_asset_id: string
  metadata: string | null
  headers: string
  output_seconds: number | null
  total: number
  succeeded: number
  failed: number
  cancelled: number
  expired: number
  faults: string
  output_file_id: string | null
  error_file_id: string | null
  created_at: number
  expires_at: number
  started_at: number | null
  cancelling_at: number | null
  finalizing_at: number | null
  ended_at: number | null
  record_expires_at: number
  /** The process that works on it. */
  holder: string | null
  lease_until: number
}

/** Outcomes of the lines of unfinished batches; with the end of a batch they become its files. */
export interface CallBatchLinesTable {
  batch_id: string
  line: number
  success: number
  text: string
}

/** What vendors keep of answers, for the tenant whose calls they answered. */
export interface KeptItemsTable {
  tenant_id: string
  mode: string
  /** The vendor's. */
  id: string
  account: string
  expires_at: number
}

/** Answers that are given again to the same call. */
export interface AnswersTable {
  id: string
  tenant_id: string
  status: number
  headers: string
  /** Base64. */
  body: string
  price: number
  created_at: number
  expires_at: number
}

/** What lists of tasks are filtered by, a narrow row for each task. Triggers keep it. */
export interface LibraryTable {
  tenant_id: string
  mode: string
  id: string
  operation: string
  model: string
  key_id: string
  /** The beginning of the input as JSON, in lower case, then the titles of what was made. */
  text: string
}

/** Links by which anyone sees what a task made. */
export interface SharesTable {
  /** Random: it is all that a visitor needs. */
  id: string
  tenant_id: string
  mode: string
  task_id: string
  title: string
  made_by: string
  created_at: number
  /** null = it does not expire. */
  expires_at: number | null
  revoked_at: number | null
}

export interface TasksTable {
  seq: Generated<number>
  id: string
  tenant_id: string
  key_id: string
  mode: string
  dialect: string
  operation: string
  model: string
  task_type: string
  input: string
  echo: string
  status: string
  progress: number
  price: number
  consumed: number
  output: string | null
  error: string | null
  logs: string | null
  pool: string
  provider: string | null
  account: string | null
  handle: string | null
  parent_task_id: string | null
  attempts: number
  claim: number
  due_at: number
  deadline_at: number
  timeout_ms: number
  created_at: number
  started_at: number | null
  ended_at: number | null
  record_expires_at: number
  idempotency_key: string | null
  fingerprint: string | null
  batch_id: string | null
  /** 0 for a single task, 1 for one of a batch, which gives way. */
  lane: Generated<number>
  /** The account that turned the task away last. */
  avoid: string | null
  /** Attempts that failed at the provider. */
  misses: Generated<number>
  /** Grows with every write but the renewal of a lease. */
  version: Generated<number>
  /** Until when a process has the task for itself; null = no process has it. */
  lease_until: Generated<number | null>
  /** The process that took the last lease. */
  holder: Generated<string | null>
  /** When the attempt under way began. */
  claimed_at: Generated<number | null>
  /** When the intent to send this attempt's paid request was written. */
  called_at: Generated<number | null>
  /** When the vendor called back while a process held the task. */
  heard_at: Generated<number | null>
  /** When a cancel was requested that waits for the outcome of the call. */
  cancel_requested_at: Generated<number | null>
  favourite_at: Generated<number | null>
  /** When its owner deleted it. It is hidden at once, and gone a little later. */
  deleted_at: Generated<number | null>
  /** 1 = the task failed because no answer came; if its result still comes, it is delivered. */
  watched: Generated<number>
  webhook_url: Generated<string | null>
  /** The caller's own id of the task. */
  external_id: Generated<string | null>
  /** 1 = the public pool took it, as no account of the private one could do it. */
  fell_back: Generated<number>
  /** The id of the request by which it was submitted. */
  request_id: Generated<string | null>
  /** The caller's W3C trace context. */
  traceparent: Generated<string | null>
  /** What set the price: a rule's id, `list` or `environment`. */
  price_rule: Generated<string | null>
  /** What the vendor took, in points; null = unknown. */
  cost: Generated<number | null>
  /** `vendor`, `rule` or `free`. */
  cost_source: Generated<string | null>
}

/** Many tasks that came in one request. */
export interface BatchesTable {
  id: string
  tenant_id: string
  mode: Generated<string>
  key_id: string
  dialect: string
  echo: string
  rejected: string
  total: number
  completed: number
  failed: number
  cancelled: number
  created_at: number
  ended_at: number | null
  announced_at: number | null
  record_expires_at: number
  idempotency_key: string | null
  fingerprint: string | null
}

/** Drafts: what clients have begun and not yet submitted. */
export interface DraftsTable {
  id: string
  tenant_id: string
  mode: string
  kind: string
  body: string
  created_at: number
  expires_at: number
}

/** How many task records a tenant has, by model and UTC day, so that a page of history knows its total at once. */
export interface TaskCountsTable {
  tenant_id: string
  mode: string
  model: string
  day: number
  tasks: number
}

/** A tenant's place in the queue of a pool: the tenant that runs least is served next. */
export interface LinesTable {
  pool: string
  tenant_id: string
  running: number
  /** An order, not a time: it grows with every turn in the pool. */
  served_at: number
}

/** A credential at a provider, with its limits and its health. */
export interface AccountsTable {
  id: string
  tenant_id: string | null
  provider: string
  name: string
  sealed: string | null
  serves: string | null
  mode: string
  slots: number
  weight: number
  priority: number
  daily_cap: number | null
  price_factor: number
  draining: number
  state: string
  reason: string
  retry_at: number | null
  troubles: number
  strikes: number
  created_at: number
  version: number
}

export interface AccountLoadsTable {
  account: string
  running: number
  /** The UTC day that `begun` counts. */
  day: Generated<number>
  begun: Generated<number>
}

/** One call of a provider for a task, and its outcome. */
export interface AttemptsTable {
  task_id: string
  number: number
  provider: string
  account: string
  begun_at: number
  accepted_at: number | null
  ended_at: number | null
  outcome: string
  reason: string | null
}

export interface AssetsTable {
  id: string
  tenant_id: string
  /** The mode of the key that sent it; null for an output. */
  mode: string | null
  task_id: string | null
  kind: string
  media_type: string
  extension: string
  size_bytes: number
  sha256: string
  created_at: number
  expires_at: number
}

/** How much a tenant stores for its keys of a mode. Triggers keep the counts. */
export interface StorageUseTable {
  tenant_id: string
  mode: string
  /** Bytes of uploads and of the bodies of drafts. */
  bytes: number
  drafts: number
}

export interface DeliveriesTable {
  seq: Generated<number>
  id: string
  tenant_id: string
  task_id: string
  url: string
  headers: string
  body: string
  status: string
  attempts: number
  claim: number
  created_at: number
  due_at: number
  /** Null until it is put into the queue of its receiver. */
  host: Generated<string | null>
}

/** Receivers of webhooks: a host, for one tenant. */
export interface ReceiversTable {
  tenant_id: string
  host: string
  standing: string
  /** Rounds of attempts without an answer, one after another. */
  failures: number
  failing_since: number | null
  failed_at: number | null
  /** The circuit is open until then; null = closed. */
  retry_at: number | null
  /** When a delivery of its queue may be claimed, circuit included; null = none waits. May be too early, never too late. */
  next_at: number | null
  used_at: number
}

/** Marks of the secret and of the storage of files that belong to this database. */
export interface FingerprintsTable {
  name: string
  value: string
}

/** What notices were sent about, and turns that were taken (`turn NAME`). */
export interface NoticesTable {
  subject: string
  /** 1 = the trouble goes on. */
  is_on: number
  /** When it was last noticed, or the turn taken. */
  on_at: number
}

export interface DeliveryAttemptsTable {
  delivery_id: string
  number: number
  at: number
  duration_ms: number
  http_status: number | null
  error: string | null
}

/** What rules of prices and of costs share. A rule is ended, never changed. */
export interface RateRulesTable {
  id: string
  /** An operation, a model or "*". */
  of: string
  /** JSON: values that fields of the input must have. */
  conditions: string
  points: number | null
  factor: number | null
  /** The field that multiplies the points. */
  per: string | null
  /** What the rule is about; of one slot at most one rule is in force. */
  slot: string
  begun_at: number
  ended_at: number | null
  made_by: string
  note: string
}

export interface PriceRulesTable extends RateRulesTable {
  tenant_id: string | null
  price_group: string | null
}

export interface CostRulesTable extends RateRulesTable {
  provider: string
  account: string | null
}

/** One row, which grows with every change of a rule or of a tenant's group: processes read it to see that there is news. */
export interface PriceRevisionTable {
  id: number
  revision: number
}

/** Who changed what, by an administrative verb. */
export interface AuditTable {
  seq: Generated<number>
  at: number
  actor: string
  address: string | null
  verb: string
  tenant_id: string | null
  subject: string | null
  before: string | null
  after: string | null
}

export interface PeopleTable {
  id: string
  /** In lower case. */
  email: string
  name: string
  image: string | null
  email_verified: number
  two_factor_enabled: number | null
  /** A language tag that the person chose. */
  locale: Generated<string | null>
  is_operator: Generated<number>
  /** Since when the person may not sign in. */
  blocked_at: Generated<number | null>
  created_at: number
  updated_at: number
}

/** Ways to sign in: `credential` is a password, others are providers of OAuth, whose tokens are encrypted. */
export interface CredentialsTable {
  id: string
  person_id: string
  provider_id: string
  /** The person's id at the provider; that of the person itself for a password. */
  account_id: string
  access_token: string | null
  refresh_token: string | null
  id_token: string | null
  access_token_expires_at: number | null
  refresh_token_expires_at: number | null
  scope: string | null
  /** As `src/people/password.ts` writes it. */
  password: string | null
  created_at: number
  updated_at: number
}

/** Of a person or of a key. The token counts only with its signature, which is not stored. */
export interface SessionsTable {
  id: string
  token: string
  person_id: string | null
  key_id: Generated<string | null>
  /** The tenant that the person works for. */
  tenant_id: Generated<string | null>
  ip_address: string | null
  user_agent: string | null
  created_at: number
  updated_at: number
  expires_at: number
}

export interface VerificationsTable {
  id: string
  identifier: string
  value: string
  created_at: number
  updated_at: number
  expires_at: number
}

export interface PasskeysTable {
  id: string
  person_id: string
  name: string | null
  credential_id: string
  public_key: string
  counter: number
  device_type: string
  backed_up: number
  transports: string | null
  aaguid: string | null
  created_at: number | null
}

export interface TwoFactorsTable {
  id: string
  person_id: string
  secret: string
  backup_codes: string
  verified: number | null
  failed_verification_count: number | null
  locked_until: number | null
}

export interface MembersTable {
  person_id: string
  tenant_id: string
  /** `owner`, `member` or `viewer`. */
  role: string
  joined_at: number
}

export interface InvitationsTable {
  id: string
  /** SHA-256 of the token, hex. */
  hash: string
  tenant_id: string
  role: string
  /** The only address that may accept it; null = anyone with the link. */
  email: string | null
  /** An actor, as the audit names it. */
  invited_by: string
  created_at: number
  expires_at: number
  accepted_at: number | null
  accepted_by: string | null
  revoked_at: number | null
}

export interface TopUpCodesTable {
  id: string
  /** SHA-256 of the code, hex. */
  hash: string
  prefix: string
  amount: number
  /** The only tenant that may redeem it; null = any. */
  tenant_id: string | null
  note: string | null
  /** Actors, as the audit names them; likewise `redeemed_by`. */
  created_by: string
  created_at: number
  expires_at: number | null
  revoked_at: number | null
  redeemed_at: number | null
  /** The tenant that has the credit. */
  redeemed_for: string | null
  redeemed_by: string | null
}

export interface PaymentsTable {
  id: string
  tenant_id: string
  provider: string
  /** Its id at the provider. */
  external_id: string | null
  amount: number
  /** `open`, `paid`, `expired` or `failed`. */
  status: string
  created_by: string
  created_at: number
  ended_at: number | null
}

export interface BalanceNoticesTable {
  tenant_id: string
  below: number
  url: string | null
  email: string | null
}

export interface RetentionTable {
  /** A name of `core/retention.ts`. */
  name: string
  value: number
}

export interface AnnouncementsTable {
  id: string
  text: string
  /** `info` or `warning`. */
  tone: string
  /** null = for all tenants. */
  tenant_id: string | null
  created_by: string
  created_at: number
  begins_at: number
  ends_at: number | null
}

export interface SignInAttemptsTable {
  /** SHA-256 of the address or account. */
  subject: string
  /** When a whole minute's worth of attempts may come at once again. */
  full_at: number
}

/** A client that a person let act in a tenant, by a key of its own. */
export interface ConnectionsTable {
  key_id: string
  person_id: string
  tenant_id: string
  client_id: string
  created_at: number
}

/** What is read of the tables of `@better-auth/oauth-provider`, which it writes itself. */
export interface OauthTokensTable {
  id: string
  /** SHA-256 of the token, hex. */
  token: string
  client_id: string
  person_id: string | null
  /** The key of its connection. */
  reference_id: string | null
  /** JSON: the addresses of the resources that it is for; null = of all. */
  resources: string | null
  expires_at: number
  revoked: number | null
}

export interface OauthClientsTable {
  id: string
  client_id: string
  name: string | null
  uri: string | null
  created_at: number | null
}

export interface OauthConsentsTable {
  id: string
  client_id: string
  person_id: string | null
  created_at: number
}
