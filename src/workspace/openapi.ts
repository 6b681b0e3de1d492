import { type TSchema, Type } from 'typebox'
import { BOUNDS, MAX_NAME_LENGTH } from '../accounts/account-input.ts'
import type { Audience } from '../admin/account-bodies.ts'
import { ACCOUNT_STATES } from '../core/account.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { ApiDescription } from '../dialects/dialect.ts'
import { answer, COMMON_ERRORS, errorAnswers, inPath, jsonBody, plain, ref } from '../dialects/kit/openapi.ts'
import { errorBody } from './errors.ts'
import { OPERATOR_TAG, OWN_TAG, PEOPLE_TAG, peopleOperations, verbOperations } from './openapi-verbs.ts'
import { PUBLIC_PRICES, pricingOperation } from './pricing-openapi.ts'

const OPERATORS = 'Accounts (operator)'
const TENANTS = 'Accounts (your own)'

const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'forbidden']
const READING_ONE: readonly ErrorCode[] = [...READING, 'not_found']
const CHANGING_ONE: readonly ErrorCode[] = [...READING_ONE, 'conflict']
const BODY: readonly ErrorCode[] = [
  'malformed_body',
  'invalid_input',
  'address_refused',
  'payload_too_large',
  'unsupported_media',
]

export function describeWorkspace(): ApiDescription {
  return {
    tags: [
      { name: OPERATORS, description: 'Accounts at providers, all of them. Needs an admin key.' },
      { name: TENANTS, description: 'Connect accounts of your own: tasks run on them first. Needs a live key.' },
      { name: OPERATOR_TAG, description: 'Tenants, keys, money and tasks, all of them. Needs an admin key.' },
      {
        name: OWN_TAG,
        description: 'What a tenant administers for itself, with a live key without limits of its own.',
      },
      {
        name: PEOPLE_TAG,
        description: 'Who is signed in, with a cookie in place of a key. For pages of the gateway itself.',
      },
      { name: PUBLIC_PRICES, description: 'What tasks cost. Needs no key.' },
    ],
    operations: { ...operationsOf(), ...verbOperations(), ...peopleOperations() },
    webhooks: {},
    schemas: {
      ...schemasOf('operator'),
      ...schemasOf('tenant'),
      AccountAttempt: plain(ATTEMPT),
      AccountPool: plain(Type.Partial(POOL)),
      AccountFault: plain(FAULT),
    },
  }
}

function operationsOf() {
  return {
    ...operationsFor('tenant', TENANTS),
    ...forOperators(operationsFor('operator', OPERATORS)),
    ...poolOperations(),
    readPricing: pricingOperation(),
  }
}

type ForOperators<Operations> = { [Name in keyof Operations & string as `${Name}.admin`]: Operations[Name] }

function forOperators<Operations extends Record<string, JsonObject>>(operations: Operations): ForOperators<Operations> {
  const entries = Object.entries(operations).map(([name, operation]) => [`${name}.admin`, operation])
  return Object.fromEntries(entries) as ForOperators<Operations> // each under its other name
}

/** The name of a schema: operators and tenants have different ones. */
function named(name: string, audience: Audience): string {
  return audience === 'operator' ? `${name}.admin` : name
}

const NULL = Type.Null()
const TEXT = Type.String()
const TIME = Type.String({ format: 'date-time' })
const orNull = (schema: TSchema, description: string) => Type.Union([schema, NULL], { description })
const count = Type.Integer({ minimum: 0 })

/** Fields that can be set and read. */
const SETTINGS = {
  name: Type.String({
    minLength: 1,
    maxLength: MAX_NAME_LENGTH,
    description: 'Unique among the accounts of its owner.',
  }),
  slots: Type.Integer({
    ...BOUNDS.slots,
    description: 'Tasks that it runs at once. Default: that of its provider.',
  }),
  weight: Type.Integer({ ...BOUNDS.weight, description: 'Its share among accounts of the same priority. Default: 1.' }),
  priority: Type.Integer({
    ...BOUNDS.priority,
    description: 'Accounts of higher priority are filled first; one below 0 is a back-up. Default: 0.',
  }),
  daily_cap: orNull(
    Type.Integer(BOUNDS.daily_cap),
    'Tasks that it begins on one UTC day; null = no limit, the default.',
  ),
  serves: orNull(
    Type.Array(TEXT, { minItems: 1 }),
    'Operations, or whole models, that it is used for; null = everything that it performs, the default.',
  ),
}
const PRICE_FACTOR = Type.Number({
  ...BOUNDS.price_factor,
  description: 'What a task on it costs, as a fraction of the list price.',
})
const FIELDS = Type.Record(Type.String(), Type.Union([TEXT, NULL]), {
  description: 'By the names of the provider’s fields. Secrets are encrypted, and never shown again.',
})
const OWNER = orNull(TEXT, 'The id of the tenant that owns it; null = an account of the operator, for all tenants.')

function settingsFor(audience: Audience) {
  return audience === 'operator' ? { ...SETTINGS, price_factor: PRICE_FACTOR } : SETTINGS
}

function accountOf(audience: Audience) {
  return Type.Object({
    id: TEXT,
    provider: TEXT,
    ...SETTINGS,
    ...(audience === 'operator' ? { tenant: OWNER } : {}),
    state: Type.Enum([...ACCOUNT_STATES], { description: 'docs/accounts.md explains each, and what to do.' }),
    reason: Type.String({ description: 'Explains the state; empty when connected.' }),
    retry_at: orNull(TIME, 'When it is tried again by itself.'),
    is_usable: Type.Boolean({ description: 'False when it is misconfigured; `reason` says how.' }),
    draining: Type.Boolean({ description: 'It finishes its running tasks and begins no new ones.' }),
    running: count,
    begun_today: Type.Integer({ minimum: 0, description: 'On this UTC day.' }),
    price_factor: PRICE_FACTOR,
    operations: Type.Array(TEXT, { description: 'What it performs.' }),
    credential: Type.Enum(['stored', 'environment']),
    settings: Type.Record(Type.String(), TEXT, { description: 'Its fields that are not secret.' }),
    created_at: TIME,
  })
}

function providerOf(audience: Audience) {
  return Type.Object({
    id: TEXT,
    title: TEXT,
    slots: Type.Integer({ minimum: 1, description: 'The default of its accounts.' }),
    fields: Type.Array(
      Type.Object({
        name: TEXT,
        title: TEXT,
        secret: Type.Boolean(),
        required: Type.Boolean(),
        default: Type.Union([TEXT, NULL]),
        ...(audience === 'operator' ? { env: Type.String({ description: 'Its variable in the environment.' }) } : {}),
      }),
    ),
  })
}

const ATTEMPT = Type.Object({
  task_id: TEXT,
  number: Type.Integer({ minimum: 1 }),
  outcome: Type.Enum(['calling', 'accepted', 'uncertain', 'turned_away', 'completed', 'failed', 'cancelled']),
  reason: Type.Union([TEXT, NULL]),
  begun_at: Type.Union([TIME, NULL]),
  accepted_at: Type.Union([TIME, NULL]),
  ended_at: Type.Union([TIME, NULL]),
})

const POOL = Type.Object({
  default_pool: Type.Enum(['private', 'public'], {
    description:
      'The pool of tasks that name none; `private` applies only where you have an account for the operation.',
  }),
  falls_back: Type.Boolean({
    description: 'Whether tasks go to the public pool when none of your accounts can perform them.',
  }),
})

const FAULT = Type.Object({
  code: Type.Integer({ description: 'The status.' }),
  data: NULL,
  message: Type.String({ description: 'What was wrong; names the field.' }),
  error: Type.Object({
    type: Type.String({ description: 'A code of docs/errors.md.' }),
    message: TEXT,
    field: Type.Optional(TEXT),
    request_id: Type.Optional(TEXT),
  }),
})

function schemasOf(audience: Audience): Record<string, JsonObject> {
  const { name, ...others } = settingsFor(audience)
  const account = ref(named('Account', audience))
  return {
    [named('Account', audience)]: plain(accountOf(audience)),
    [named('AccountProvider', audience)]: plain(providerOf(audience)),
    [named('AccountNew', audience)]: closed(
      Type.Object({
        provider: TEXT,
        name,
        fields: FIELDS,
        ...Type.Partial(Type.Object(others)).properties,
        ...(audience === 'operator' ? { tenant: Type.Optional(OWNER) } : {}),
      }),
    ),
    [named('AccountChange', audience)]: {
      ...closed(Type.Partial(Type.Object({ ...settingsFor(audience), fields: FIELDS }))),
      minProperties: 1,
    },
    [named('AccountTest', audience)]: {
      type: 'object',
      required: ['works', 'says', 'account'],
      properties: {
        works: { type: ['boolean', 'null'], description: 'null = only a task can show it.' },
        says: { type: 'string', description: 'What the vendor said, and what to do about it.' },
        account,
      },
    },
    [named('AccountFindings', audience)]: {
      type: 'object',
      required: ['account', 'advice', 'waiting', 'attempts'],
      properties: {
        account,
        advice: {
          type: 'array',
          items: { type: 'string' },
          description: 'Why it begins no task; empty when it could.',
        },
        waiting: {
          type: 'array',
          description: 'Tasks that it could be given.',
          items: {
            type: 'object',
            required: ['operation', 'count'],
            properties: { operation: { type: 'string' }, count: { type: 'integer' } },
          },
        },
        attempts: { type: 'array', items: ref('AccountAttempt'), description: 'The last 20, the newest first.' },
      },
    },
  }
}

function closed(schema: TSchema): JsonObject {
  return { ...plain(schema), additionalProperties: false }
}

function enveloped(data: JsonObject): JsonObject {
  const code = { type: 'integer', const: 200 }
  return {
    type: 'object',
    required: ['code', 'data', 'message'],
    properties: { code, data, message: { type: 'string' } },
  }
}

function failures(codes: readonly ErrorCode[]): JsonObject {
  return errorAnswers(codes, (error) => errorBody(error).status, ref('AccountFault'))
}

/** One route: its success and its errors. */
function route(
  summary: string,
  tag: string,
  [description, data]: [description: string, data: JsonObject],
  codes: readonly ErrorCode[],
  more: JsonObject = {},
): JsonObject {
  const responses = { '200': answer(description, enveloped(data)), ...failures(codes) }
  return { summary, tags: [tag], ...more, responses }
}

function operationsFor(audience: Audience, tag: string) {
  const of = (name: string) => named(name, audience)
  const id = { parameters: [inPath('id', 'The account.')] }
  const one: [string, JsonObject] = ['The account.', ref(of('Account'))]
  const removed = {
    type: 'object',
    required: ['id', 'removed'],
    properties: { id: { type: 'string' }, removed: { type: 'boolean', const: true } },
  }
  const switched = (summary: string) => route(summary, tag, one, CHANGING_ONE, id)
  return {
    listAccounts: route(
      'List accounts',
      tag,
      ['The accounts, the oldest first.', { type: 'array', items: ref(of('Account')) }],
      READING,
    ),
    addAccount: route('Add an account', tag, one, [...READING, ...BODY], {
      description:
        'Tasks can run on it at once. The vendor is not called: test the account to see whether it accepts the credential.',
      requestBody: jsonBody(ref(of('AccountNew')), {
        luma: { value: { provider: 'luma', name: 'main', fields: { apiKey: 'luma-…' }, slots: 20 } },
      }),
    }),
    readAccountById: route('Read an account', tag, one, READING_ONE, id),
    changeAccount: route('Change an account', tag, one, [...CHANGING_ONE, ...BODY], {
      ...id,
      description:
        'Fields that are left out stay as they are, also within `fields`. A new address needs the credential again. ' +
        'A new credential ends the pause of the old one.',
      requestBody: jsonBody(ref(of('AccountChange'))),
    }),
    removeAccount: route('Remove an account', tag, ['It is gone.', removed], CHANGING_ONE, {
      ...id,
      description: 'Only while no task runs on it or waits for it: drain it first.',
    }),
    drainAccount: switched('Let an account finish its running tasks and begin no new ones'),
    resumeAccount: switched('Let a drained account begin tasks again'),
    disableAccount: switched('Switch an account off; it finishes its running tasks'),
    enableAccount: switched('Switch an account on, and end its pause'),
    testAccount: route(
      'Call the vendor now to see whether an account works',
      tag,
      ['The outcome.', ref(of('AccountTest'))],
      READING_ONE,
      { ...id, description: 'A free call. The state of the account follows from it.' },
    ),
    debugAccount: route(
      'Find out why an account does what it does',
      tag,
      ['The diagnosis.', ref(of('AccountFindings'))],
      READING_ONE,
      id,
    ),
    listProviders: route(
      'List the providers of accounts, with the fields that they need',
      tag,
      ['The providers.', { type: 'array', items: ref(of('AccountProvider')) }],
      READING,
    ),
  }
}

function poolOperations() {
  const pool: [string, JsonObject] = ['The settings.', { ...plain(POOL) }]
  return {
    readPool: route('Read which pool your tasks go to', TENANTS, pool, READING),
    changePool: route('Set which pool your tasks go to', TENANTS, pool, [...READING, ...BODY], {
      requestBody: jsonBody(ref('AccountPool')),
    }),
  }
}
