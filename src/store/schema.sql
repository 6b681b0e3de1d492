CREATE TABLE account_loads (
  account text primary key,
  running integer not null,
  day integer default 0 not null,
  begun integer default 0 not null
);

CREATE TABLE accounts (
  id text primary key,
  tenant_id text references tenants (id),
  provider text not null,
  name text not null,
  sealed text,
  serves text,
  mode text not null,
  slots integer not null,
  weight integer not null,
  priority integer not null,
  daily_cap integer,
  price_factor real not null,
  draining integer not null,
  state text not null,
  reason text not null,
  retry_at integer,
  troubles integer not null,
  strikes integer not null,
  created_at integer not null,
  version integer not null
);

CREATE TABLE allowances (
  id text primary key,
  tenant_id text not null,
  key_id text not null,
  held integer not null,
  holder text not null,
  lease_until integer not null
);

CREATE INDEX allowances_by_key on allowances (key_id);

CREATE TABLE announcements (
  id text primary key,
  text text not null,
  tone text not null,
  tenant_id text,
  created_by text not null,
  created_at integer not null,
  begins_at integer not null,
  ends_at integer
);

CREATE TABLE answers (
  id text primary key,
  tenant_id text not null,
  status integer not null,
  headers text not null,
  body text not null,
  price integer not null,
  created_at integer not null,
  expires_at integer not null
);

CREATE INDEX answers_by_expiry on answers (expires_at);

CREATE INDEX answers_by_tenant on answers (tenant_id, created_at);

CREATE TABLE api_keys (
  id text primary key,
  tenant_id text not null references tenants (id),
  name text not null,
  hash text not null unique,
  prefix text not null,
  mode text not null,
  role text not null,
  allowed_models text,
  requests_per_minute integer,
  max_concurrent integer,
  spend_limit integer,
  spent integer not null,
  active integer not null,
  staged integer not null,
  created_at integer not null,
  expires_at integer,
  revoked_at integer,
  last_used_at integer,
  previous_hash text,
  previous_until integer,
  tokens_per_minute integer,
  day_limit integer,
  month_limit integer,
  spend_day integer default 0 not null,
  day_spent integer default 0 not null,
  spend_month integer default 0 not null,
  month_spent integer default 0 not null,
  person_id text
);

CREATE INDEX api_keys_age on api_keys (created_at, id);

CREATE UNIQUE INDEX api_keys_of_people on api_keys (person_id, tenant_id, mode)
    where person_id is not null and revoked_at is null;

CREATE UNIQUE INDEX api_keys_previous on api_keys (previous_hash) where previous_hash is not null;

CREATE INDEX api_keys_tenant on api_keys (tenant_id);

CREATE TRIGGER count_upload_added after insert on assets for each row when new.kind = 'upload' begin insert into storage_use (tenant_id, mode, bytes, drafts) values (new.tenant_id, new.mode, new.size_bytes, 0)
   on conflict (tenant_id, mode) do update
     set bytes = storage_use.bytes + excluded.bytes, drafts = storage_use.drafts + excluded.drafts; end;

CREATE TRIGGER count_upload_removed after delete on assets for each row when old.kind = 'upload' begin insert into storage_use (tenant_id, mode, bytes, drafts) values (old.tenant_id, old.mode, -old.size_bytes, 0)
   on conflict (tenant_id, mode) do update
     set bytes = storage_use.bytes + excluded.bytes, drafts = storage_use.drafts + excluded.drafts; end;

CREATE TABLE assets (
  id text primary key,
  tenant_id text not null,
  task_id text,
  kind text not null,
  media_type text not null,
  extension text not null,
  size_bytes integer not null,
  sha256 text not null,
  created_at integer not null,
  expires_at integer not null,
  mode text
);

CREATE INDEX assets_by_expiry on assets (expires_at);

CREATE INDEX assets_by_task on assets (task_id);

CREATE TABLE attempts (
  task_id text not null,
  number integer not null,
  provider text not null,
  account text not null,
  begun_at integer not null,
  accepted_at integer,
  ended_at integer,
  outcome text not null,
  reason text,
  constraint attempts_key primary key (task_id, number)
) without rowid;

CREATE INDEX attempts_account on attempts (account, begun_at);

CREATE TABLE audit (
  seq integer primary key,
  at integer not null,
  actor text not null,
  address text,
  verb text not null,
  tenant_id text,
  subject text,
  before text,
  after text
);

CREATE INDEX audit_by_subject on audit (subject, seq);

CREATE INDEX audit_by_tenant on audit (tenant_id, seq);

CREATE TABLE balance_notices (
  tenant_id text primary key,
  below integer not null,
  url text,
  email text
);

CREATE TABLE balances (
  tenant_id text primary key references tenants (id),
  available integer not null check (available >= 0),
  held integer not null check (held >= 0),
  credited integer not null,
  active integer not null,
  staged integer not null
);

CREATE TABLE batches (
  id text primary key,
  tenant_id text not null,
  key_id text not null,
  dialect text not null,
  echo text not null,
  rejected text not null,
  total integer not null,
  completed integer not null,
  failed integer not null,
  cancelled integer not null,
  created_at integer not null,
  ended_at integer,
  announced_at integer,
  record_expires_at integer not null,
  idempotency_key text,
  fingerprint text,
  mode text default 'live' not null
);

CREATE INDEX batches_by_expiry on batches (record_expires_at);

CREATE INDEX batches_by_tenant on batches (tenant_id, mode, id);

CREATE UNIQUE INDEX batches_idempotency on batches (tenant_id, mode, idempotency_key) where idempotency_key is not null;

CREATE INDEX batches_unannounced on batches (ended_at) where ended_at is not null and announced_at is null;

CREATE TABLE call_batch_lines (
  batch_id text not null,
  line integer not null,
  success integer not null,
  text text not null,
  constraint call_batch_lines_key primary key (batch_id, line)
);

CREATE TABLE call_batches (
  id text primary key,
  tenant_id text not null,
  mode text not null,
  key_id text not null,
  format text not null,
  endpoint text not null,
  status text not null,
  input_file_id text not null,
  input_asset_id text not null,
  metadata text,
  headers text not null,
  output_seconds integer,
  total integer not null,
  succeeded integer not null,
  failed integer not null,
  cancelled integer not null,
  expired integer not null,
  faults text not null,
  output_file_id text,
  error_file_id text,
  created_at integer not null,
  expires_at integer not null,
  started_at integer,
  cancelling_at integer,
  finalizing_at integer,
  ended_at integer,
  record_expires_at integer not null,
  holder text,
  lease_until integer not null
);

CREATE INDEX call_batches_by_expiry on call_batches (record_expires_at);

CREATE INDEX call_batches_by_tenant on call_batches (tenant_id, mode, format, id);

CREATE INDEX call_batches_unfinished on call_batches (lease_until) where ended_at is null;

CREATE TABLE call_files (
  id text primary key,
  tenant_id text not null,
  mode text not null,
  asset_id text not null,
  purpose text not null,
  name text not null,
  size_bytes integer not null,
  created_at integer not null,
  expires_at integer not null
);

CREATE INDEX call_files_by_expiry on call_files (expires_at);

CREATE INDEX call_files_by_tenant on call_files (tenant_id, mode, id);

CREATE TABLE calls (
  seq integer primary key,
  id text not null unique,
  tenant_id text not null,
  key_id text not null,
  mode text not null,
  request_id text,
  endpoint text not null,
  model text not null,
  provider text,
  account text,
  vendor_model text,
  status integer not null,
  outcome text not null,
  error_code text,
  streamed integer not null,
  usage text,
  price integer not null,
  cost integer,
  tried text not null,
  created_at integer not null,
  first_byte_ms integer,
  duration_ms integer not null,
  booking text,
  record_expires_at integer not null,
  batch_id text,
  response_id text
);

CREATE INDEX calls_by_expiry on calls (record_expires_at);

CREATE INDEX calls_by_response on calls (tenant_id, mode, response_id)
    where response_id is not null;

CREATE INDEX calls_by_tenant on calls (tenant_id, mode, id);

CREATE TABLE connections (
  key_id text primary key,
  person_id text not null,
  tenant_id text not null,
  client_id text not null,
  created_at integer not null
);

CREATE INDEX connections_by_client_id on connections (client_id);

CREATE INDEX connections_by_person_id_tenant_id on connections (person_id, tenant_id);

CREATE TABLE cost_rules (
  id text primary key,
  of text not null,
  conditions text not null,
  points bigint,
  factor real,
  per text,
  slot text not null,
  begun_at bigint not null,
  ended_at bigint,
  made_by text not null,
  note text not null,
  provider text not null,
  account text
);

CREATE UNIQUE INDEX cost_rules_in_force on cost_rules (slot) where ended_at is null;

CREATE TABLE credentials (
  id text primary key,
  person_id text not null,
  provider_id text not null,
  account_id text not null,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at integer,
  refresh_token_expires_at integer,
  scope text,
  password text,
  created_at integer not null,
  updated_at integer not null
);

CREATE UNIQUE INDEX credentials_by_account on credentials (provider_id, account_id);

CREATE INDEX credentials_by_person on credentials (person_id);

CREATE TABLE deliveries (
  seq integer primary key,
  id text not null unique,
  tenant_id text not null,
  task_id text not null,
  url text not null,
  headers text not null,
  body text not null,
  status text not null,
  attempts integer not null,
  claim integer not null,
  created_at integer not null,
  due_at integer not null,
  host text
);

CREATE INDEX deliveries_by_task on deliveries (task_id);

CREATE INDEX deliveries_by_tenant on deliveries (tenant_id, seq);

CREATE INDEX deliveries_failed on deliveries (seq) where status = 'failed';

CREATE INDEX deliveries_queued on deliveries (tenant_id, host, due_at, seq) where status = 'pending';

CREATE INDEX deliveries_unqueued on deliveries (due_at, seq) where status = 'pending' and host is null;

CREATE TABLE delivery_attempts (
  delivery_id text not null,
  number integer not null,
  at integer not null,
  duration_ms integer not null,
  http_status integer,
  error text,
  constraint delivery_attempts_key primary key (delivery_id, number)
);

CREATE TRIGGER count_draft_added after insert on drafts for each row when true begin insert into storage_use (tenant_id, mode, bytes, drafts) values (new.tenant_id, new.mode, octet_length(new.body), 1)
   on conflict (tenant_id, mode) do update
     set bytes = storage_use.bytes + excluded.bytes, drafts = storage_use.drafts + excluded.drafts; end;

CREATE TRIGGER count_draft_changed after update of body on drafts for each row when true begin insert into storage_use (tenant_id, mode, bytes, drafts) values (new.tenant_id, new.mode, octet_length(new.body) - octet_length(old.body), 0)
   on conflict (tenant_id, mode) do update
     set bytes = storage_use.bytes + excluded.bytes, drafts = storage_use.drafts + excluded.drafts; end;

CREATE TRIGGER count_draft_removed after delete on drafts for each row when true begin insert into storage_use (tenant_id, mode, bytes, drafts) values (old.tenant_id, old.mode, -octet_length(old.body), -1)
   on conflict (tenant_id, mode) do update
     set bytes = storage_use.bytes + excluded.bytes, drafts = storage_use.drafts + excluded.drafts; end;

CREATE TABLE drafts (
  id text primary key,
  tenant_id text not null,
  kind text not null,
  body text not null,
  created_at integer not null,
  expires_at integer not null,
  mode text default 'live' not null
);

CREATE INDEX drafts_by_expiry on drafts (expires_at);

CREATE INDEX drafts_by_tenant on drafts (tenant_id, mode, kind, id);

CREATE TABLE fingerprints (
  name text primary key,
  value text not null
);

CREATE TABLE invitations (
  id text primary key,
  hash text not null unique,
  tenant_id text not null,
  role text not null,
  email text,
  invited_by text not null,
  created_at integer not null,
  expires_at integer not null,
  accepted_at integer,
  accepted_by text,
  revoked_at integer
);

CREATE INDEX invitations_by_email on invitations (email);

CREATE INDEX invitations_by_tenant on invitations (tenant_id, id);

CREATE TABLE kept_items (
  tenant_id text not null,
  mode text not null,
  id text not null,
  account text not null,
  expires_at integer not null,
  constraint kept_items_key primary key (tenant_id, mode, id)
);

CREATE INDEX kept_items_by_expiry on kept_items (expires_at);

CREATE TABLE ledger_transactions (
  seq integer primary key,
  id text not null unique,
  tenant_id text not null,
  kind text not null,
  task_id text,
  key_id text,
  memo text,
  at integer not null,
  available integer default 0 not null,
  held integer default 0 not null,
  funding integer default 0 not null,
  revenue integer default 0 not null check (available + held + funding + revenue = 0),
  allowance_id text
);

CREATE INDEX ledger_by_tenant on ledger_transactions (tenant_id, seq);

CREATE TABLE library (
  
   tenant_id text not null,
  
   mode text not null,
  
   id text not null,
  
   operation text not null,
  
   model text not null,
  
   key_id text not null,
  
   text text not null,
  
   constraint library_key primary key (tenant_id, mode, id)
  
) without rowid;

CREATE TABLE lines (
  pool text not null,
  tenant_id text not null,
  running integer not null,
  served_at integer not null,
  constraint lines_key primary key (pool, tenant_id)
);

CREATE TABLE members (
  person_id text not null,
  tenant_id text not null,
  role text not null,
  joined_at integer not null,
  constraint members_key primary key (person_id, tenant_id)
);

CREATE INDEX members_by_tenant on members (tenant_id, joined_at);

CREATE TABLE notices (
  subject text primary key,
  is_on integer not null,
  on_at integer not null
);

CREATE TABLE oauth_access_tokens (
  id text primary key,
  token text not null,
  client_id text not null,
  session_id text,
  person_id text,
  reference_id text,
  authorization_code_id text,
  resources text,
  requested_user_info_claims text,
  refresh_id text,
  expires_at integer not null,
  created_at integer not null,
  revoked integer,
  confirmation text,
  scopes text not null
);

CREATE INDEX oauth_access_tokens_by_authorization_code_id on oauth_access_tokens (authorization_code_id);

CREATE INDEX oauth_access_tokens_by_client_id_person_id on oauth_access_tokens (client_id, person_id);

CREATE INDEX oauth_access_tokens_by_expires_at on oauth_access_tokens (expires_at);

CREATE INDEX oauth_access_tokens_by_refresh_id on oauth_access_tokens (refresh_id);

CREATE UNIQUE INDEX oauth_access_tokens_by_token on oauth_access_tokens (token);

CREATE TABLE oauth_client_assertions (
  id text primary key,
  expires_at integer not null
);

CREATE INDEX oauth_client_assertions_by_expires_at on oauth_client_assertions (expires_at);

CREATE TABLE oauth_client_resources (
  id text primary key,
  client_id text not null,
  resource_id text not null,
  metadata text,
  created_at integer
);

CREATE UNIQUE INDEX oauth_client_resources_by_client_id_resource_id on oauth_client_resources (client_id, resource_id);

CREATE TABLE oauth_clients (
  id text primary key,
  client_id text not null,
  client_secret text,
  client_discovery_id text,
  disabled integer,
  skip_consent integer,
  enable_end_session integer,
  subject_type text,
  scopes text,
  client_credentials_scopes text,
  person_id text,
  created_at integer,
  updated_at integer,
  name text,
  uri text,
  icon text,
  contacts text,
  tos text,
  policy text,
  software_id text,
  software_version text,
  software_statement text,
  redirect_uris text not null,
  post_logout_redirect_uris text,
  backchannel_logout_uri text,
  backchannel_logout_session_required integer,
  token_endpoint_auth_method text,
  application_type text,
  jwks text,
  jwks_uri text,
  grant_types text,
  response_types text,
  require_pkce integer,
  dpop_bound_access_tokens integer,
  reference_id text,
  metadata text
);

CREATE UNIQUE INDEX oauth_clients_by_client_id on oauth_clients (client_id);

CREATE INDEX oauth_clients_by_created_at on oauth_clients (created_at);

CREATE TABLE oauth_consents (
  id text primary key,
  client_id text not null,
  person_id text,
  reference_id text,
  resources text,
  requested_user_info_claims text,
  scopes text not null,
  created_at integer not null,
  updated_at integer not null
);

CREATE INDEX oauth_consents_by_client_id_person_id on oauth_consents (client_id, person_id);

CREATE INDEX oauth_consents_by_created_at on oauth_consents (created_at);

CREATE TABLE oauth_refresh_tokens (
  id text primary key,
  token text not null,
  client_id text not null,
  session_id text,
  person_id text not null,
  reference_id text,
  authorization_code_id text,
  resources text,
  requested_user_info_claims text,
  expires_at integer not null,
  created_at integer not null,
  revoked integer,
  rotated_at integer,
  rotation_replay_response text,
  rotation_replay_expires_at integer,
  auth_time integer,
  confirmation text,
  scopes text not null
);

CREATE INDEX oauth_refresh_tokens_by_authorization_code_id on oauth_refresh_tokens (authorization_code_id);

CREATE INDEX oauth_refresh_tokens_by_client_id_person_id on oauth_refresh_tokens (client_id, person_id);

CREATE INDEX oauth_refresh_tokens_by_expires_at on oauth_refresh_tokens (expires_at);

CREATE UNIQUE INDEX oauth_refresh_tokens_by_token on oauth_refresh_tokens (token);

CREATE TABLE oauth_resources (
  id text primary key,
  identifier text not null,
  name text not null,
  access_token_ttl integer,
  refresh_token_ttl integer,
  signing_algorithm text,
  signing_key_id text,
  allowed_scopes text,
  custom_claims text,
  dpop_bound_access_tokens_required integer,
  disabled integer,
  created_at integer,
  updated_at integer,
  policy_version integer,
  metadata text
);

CREATE UNIQUE INDEX oauth_resources_by_identifier on oauth_resources (identifier);

CREATE TABLE passkeys (
  id text primary key,
  person_id text not null,
  name text,
  credential_id text not null unique,
  public_key text not null,
  counter integer not null,
  device_type text not null,
  backed_up integer not null,
  transports text,
  aaguid text,
  created_at integer
);

CREATE INDEX passkeys_by_person on passkeys (person_id);

CREATE TABLE payments (
  id text primary key,
  tenant_id text not null,
  provider text not null,
  external_id text,
  amount integer not null,
  status text not null,
  created_by text not null,
  created_at integer not null,
  ended_at integer
);

CREATE INDEX payments_by_tenant on payments (tenant_id, id);

CREATE TABLE people (
  id text primary key,
  email text not null unique,
  name text not null,
  image text,
  email_verified integer not null,
  two_factor_enabled integer,
  locale text,
  is_operator integer default 0 not null,
  blocked_at integer,
  created_at integer not null,
  updated_at integer not null
);

CREATE INDEX people_by_age on people (created_at, id);

CREATE TABLE price_revision (
  id integer primary key,
  revision bigint not null
);

CREATE TABLE price_rules (
  id text primary key,
  of text not null,
  conditions text not null,
  points bigint,
  factor real,
  per text,
  slot text not null,
  begun_at bigint not null,
  ended_at bigint,
  made_by text not null,
  note text not null,
  tenant_id text references tenants (id),
  price_group text
);

CREATE UNIQUE INDEX price_rules_in_force on price_rules (slot) where ended_at is null;

CREATE TABLE receivers (
  tenant_id text not null,
  host text not null,
  standing text not null,
  failures integer not null,
  failing_since integer,
  failed_at integer,
  retry_at integer,
  next_at integer,
  used_at integer not null,
  constraint receivers_key primary key (tenant_id, host)
) without rowid;

CREATE INDEX receivers_failing on receivers (failing_since) where failing_since is not null;

CREATE INDEX receivers_idle on receivers (used_at) where next_at is null;

CREATE INDEX receivers_next on receivers (next_at) where next_at is not null;

CREATE INDEX receivers_waiting on receivers (standing, tenant_id, next_at) where next_at is not null;

CREATE TABLE retention (
  name text primary key,
  value real not null
);

CREATE TABLE sessions (
  id text primary key,
  token text not null unique,
  person_id text,
  key_id text,
  tenant_id text,
  ip_address text,
  user_agent text,
  created_at integer not null,
  updated_at integer not null,
  expires_at integer not null
);

CREATE INDEX sessions_by_expiry on sessions (expires_at);

CREATE INDEX sessions_by_key on sessions (key_id);

CREATE INDEX sessions_by_person on sessions (person_id);

CREATE TABLE shares (
  id text primary key,
  tenant_id text not null,
  mode text not null,
  task_id text not null,
  title text not null,
  made_by text not null,
  created_at integer not null,
  expires_at integer,
  revoked_at integer
);

CREATE INDEX shares_by_task on shares (task_id);

CREATE INDEX shares_by_tenant on shares (tenant_id, mode, created_at, id);

CREATE TABLE sign_in_attempts (
  subject text primary key,
  full_at integer not null
);

CREATE INDEX sign_in_attempts_by_time on sign_in_attempts (full_at);

CREATE TABLE storage_use (
  tenant_id text not null,
  mode text not null,
  bytes integer not null,
  drafts integer not null,
  constraint storage_use_key primary key (tenant_id, mode)
);

CREATE TABLE task_counts (
  tenant_id text not null,
  mode text not null,
  model text not null,
  day integer not null,
  tasks integer not null,
  constraint task_counts_key primary key (tenant_id, mode, model, day)
) without rowid;

CREATE TRIGGER library_added after insert on tasks for each row begin insert into library (tenant_id, mode, id, operation, model, key_id, text)
  values (new.tenant_id, new.mode, new.id, new.operation, new.model, new.key_id, lower(substr(new.input, 1, 4000)))
  on conflict (tenant_id, mode, id) do nothing; end;

CREATE TRIGGER library_removed after delete on tasks for each row begin delete from library where tenant_id = old.tenant_id and mode = old.mode and id = old.id;
  delete from shares where task_id = old.id; end;

CREATE TABLE tasks (
  seq integer primary key,
  id text not null unique,
  tenant_id text not null,
  key_id text not null,
  mode text not null,
  dialect text not null,
  operation text not null,
  model text not null,
  task_type text not null,
  input text not null,
  echo text not null,
  status text not null,
  progress integer not null,
  price integer not null,
  consumed integer not null,
  output text,
  error text,
  logs text,
  pool text not null,
  provider text,
  account text,
  handle text,
  parent_task_id text,
  attempts integer not null,
  claim integer not null,
  due_at integer not null,
  deadline_at integer not null,
  timeout_ms integer not null,
  created_at integer not null,
  started_at integer,
  ended_at integer,
  record_expires_at integer not null,
  idempotency_key text,
  fingerprint text,
  batch_id text,
  lane integer default 0 not null,
  avoid text,
  misses integer default 0 not null,
  lease_until integer,
  claimed_at integer,
  called_at integer,
  heard_at integer,
  holder text,
  version integer default 0 not null,
  watched integer default 0 not null,
  webhook_url text,
  external_id text,
  fell_back integer default 0 not null,
  request_id text,
  traceparent text,
  price_rule text,
  cost bigint,
  cost_source text,
  cancel_requested_at integer,
  favourite_at integer,
  deleted_at integer
);

CREATE INDEX tasks_by_batch on tasks (batch_id, id) where batch_id is not null;

CREATE INDEX tasks_by_mode on tasks (tenant_id, mode, id);

CREATE INDEX tasks_deleted on tasks (deleted_at) where deleted_at is not null;

CREATE INDEX tasks_ended on tasks (tenant_id, mode, status, id)
    where status in ('completed', 'failed', 'cancelled');

CREATE INDEX tasks_expired on tasks (record_expires_at)
    where status in ('completed', 'failed', 'cancelled');

CREATE INDEX tasks_external on tasks (tenant_id, mode, external_id, id) where external_id is not null;

CREATE INDEX tasks_favourite on tasks (tenant_id, mode, id) where favourite_at is not null;

CREATE UNIQUE INDEX tasks_idempotency on tasks (tenant_id, mode, idempotency_key) where idempotency_key is not null;

CREATE INDEX tasks_late on tasks (due_at) where status = 'failed' and watched = 1;

CREATE INDEX tasks_leased on tasks (lease_until) where lease_until is not null;

CREATE INDEX tasks_running on tasks (due_at) where lease_until is null and status in ('submitting', 'uncertain', 'processing');

CREATE INDEX tasks_staged on tasks (tenant_id, lane, seq) where status = 'staged';

CREATE INDEX tasks_unfinished on tasks (tenant_id, mode, id)
    where status in ('staged', 'pending', 'submitting', 'uncertain', 'processing');

CREATE INDEX tasks_unstarted on tasks (deadline_at) where status in ('staged', 'pending');

CREATE INDEX tasks_waiting on tasks (pool, operation, tenant_id, lane, seq) where status = 'pending';

CREATE TABLE tenants (
  id text primary key,
  name text not null,
  created_at integer not null,
  max_concurrent integer,
  max_staged integer not null,
  webhook_secret_version integer not null,
  falls_back integer default 0 not null,
  pool text default 'private' not null,
  frozen_at integer,
  deleted_at integer,
  price_group text
);

CREATE INDEX tenants_age on tenants (created_at, id);

CREATE INDEX tenants_price_group on tenants (price_group) where price_group is not null;

CREATE TABLE top_up_codes (
  id text primary key,
  hash text not null unique,
  prefix text not null,
  amount integer not null,
  tenant_id text,
  note text,
  created_by text not null,
  created_at integer not null,
  expires_at integer,
  revoked_at integer,
  redeemed_at integer,
  redeemed_for text,
  redeemed_by text
);

CREATE TABLE two_factors (
  id text primary key,
  person_id text not null,
  secret text not null,
  backup_codes text not null,
  verified integer,
  failed_verification_count integer,
  locked_until integer
);

CREATE INDEX two_factors_by_person on two_factors (person_id);

CREATE TABLE verifications (
  id text primary key,
  identifier text not null,
  value text not null,
  created_at integer not null,
  updated_at integer not null,
  expires_at integer not null
);

CREATE INDEX verifications_by_expiry on verifications (expires_at);

CREATE INDEX verifications_by_identifier on verifications (identifier);
