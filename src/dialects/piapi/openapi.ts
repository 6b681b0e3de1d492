import { listOperations } from '../../catalog/catalog.ts'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { pointsToUsd } from '../../core/points.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import {
  answer,
  idempotencyKey,
  inputName,
  inputSchema,
  jsonBody,
  nameOf,
  plain,
  ref,
  replayed,
} from '../kit/openapi.ts'
import { formOf } from './families.ts'
import {
  ACCOUNT,
  accountOperations,
  assetOperations,
  BATCHES,
  batchOperations,
  createTask,
  TASKS,
  taskOperations,
  UPLOADS,
  uploadOperations,
  webhooks,
} from './openapi-routes.ts'
import { enveloped, sharedSchemas } from './openapi-schemas.ts'

type Context = Pick<DialectContext, 'limits' | 'prices'>

export type Descriptions = ReturnType<typeof operationsOf>

/** PiAPI's unified API in OpenAPI: its routes, and every operation of the catalogue as a form of one body. */
export async function describePiapi(context: Context): Promise<ApiDescription> {
  const operations = listOperations()
  return {
    tags: [
      { name: TASKS, description: 'Create tasks for pictures, videos, songs, models and texts, and read them.' },
      { name: BATCHES, description: 'Many tasks in one request.' },
      { name: ACCOUNT, description: 'Balance, unfinished tasks, history.' },
      { name: UPLOADS, description: 'Files for an input.' },
    ],
    operations: operationsOf(context, operations),
    webhooks: webhooks(),
    schemas: {
      ...sharedSchemas(),
      ...Object.assign({}, ...operations.map((operation) => schemasOf(operation, context))),
      PiapiTaskRequest: {
        title: 'A task, by model and task type',
        oneOf: operations.map((operation) => ref(nameOf(operation))),
      },
      PiapiOutput: {
        description: 'What the task made, in the form of its family; null until it is completed.',
        anyOf: [...operations.map((operation) => ref(`${nameOf(operation)}.output`)), { type: 'null' }],
      },
    },
    reading: reading(operations, context),
  }
}

function operationsOf({ limits }: Context, operations: Operation[]) {
  return {
    createTask: createTask(exampleOf(operations)),
    ...taskOperations(limits),
    ...batchOperations(),
    ...accountOperations(),
    ...uploadOperations(limits),
    ...assetOperations(limits),
  }
}

/** A page for each operation, under its model; the forms of all of them in one place could not be read. */
function reading(operations: Operation[], context: Context): NonNullable<ApiDescription['reading']> {
  const models = [...new Set(operations.map(({ model }) => model))]
  const [first] = operations
  const pointer = 'Every operation has a page of its own under its model, with its fields, limits, price and example.'
  return {
    tags: models.map((model) => ({ name: model, description: modelDescription(model, operations) })),
    paths: {
      '/api/v1/task': {
        post: { operationId: 'createTask', ...createTask(exampleOf(first ? [first] : [])), description: pointer },
      },
      ...Object.fromEntries(
        operations.map((operation) => [`/api/v1/task#${operation.id}`, { post: pageOf(operation, context) }]),
      ),
    },
    schemas: {
      ...Object.fromEntries(
        operations.flatMap((operation) => [
          [nameOf(operation), requestOf(operation)],
          [inputName(operation), withDefaultsTold(inputSchema(operation))],
        ]),
      ),
      PiapiTaskRequest: {
        type: 'object',
        required: ['model', 'task_type', 'input'],
        properties: {
          model: { type: 'string', description: 'The model.' },
          task_type: { type: 'string', description: 'The operation of the model.' },
          input: { type: 'object', description: pointer },
          config: ref('PiapiConfig'),
        },
      },
      PiapiOutput: { description: 'What the task made, in the form of its family; null until it is completed.' },
    },
  }
}

function modelDescription(model: string, operations: Operation[]): string {
  const own = operations.filter((operation) => operation.model === model)
  return own.map(({ taskType, title }) => `- \`${taskType}\`: ${title}`).join('\n')
}

function pageOf(operation: Operation, context: Context): JsonObject {
  const output = ref(`${nameOf(operation)}.output`)
  const task = { allOf: [ref('PiapiTask'), { type: 'object', properties: { output } }] }
  return {
    operationId: `create.${nameOf(operation)}`,
    summary: `${operation.model} ${operation.taskType}`,
    tags: [operation.model],
    description: aboutOperation(operation, context),
    parameters: [idempotencyKey], // nothing in the query: a reader's client would write it behind the fragment
    requestBody: jsonBody(ref(nameOf(operation)), exampleOf([operation])),
    responses: {
      '200': answer('The task as it is read later, when it is completed.', enveloped(task), replayed),
      default: answer('An error; “Create a task” has them all.', ref('PiapiError')),
    },
  }
}

function aboutOperation(operation: Operation, { prices }: Context): string {
  const price = pointsToUsd(prices.priceOf(operation, readInput(operation, operation.example), null).points)
  return [
    `${operation.title}.`,
    `The example costs ${price} USD; “Create a task” with \`dry_run\` says what another input costs.`,
    `A provider has ${operation.timeoutMs / 1_000} seconds for it.`,
  ].join(' ')
}

function schemasOf(operation: Operation, context: Context): Record<string, JsonObject> {
  const name = nameOf(operation)
  const { model, taskType } = operation
  return {
    [name]: { description: aboutOperation(operation, context), ...requestOf(operation) },
    [inputName(operation)]: inputSchema(operation),
    [`${name}.output`]: { title: `Output of ${model} ${taskType}`, ...plain(formOf(operation).schema) },
  }
}

function requestOf(operation: Operation): JsonObject {
  const { model, taskType, title } = operation
  return {
    title,
    type: 'object',
    required: ['model', 'task_type', 'input'],
    properties: {
      model: { type: 'string', const: model },
      task_type: { type: 'string', const: taskType },
      input: ref(inputName(operation)),
      config: ref('PiapiConfig'),
    },
  }
}

/** The reference shows a default only to who points at the word, so the descriptions say it. */
function withDefaultsTold(schema: JsonObject): JsonObject {
  const { properties, items, description = '', ...rest } = schema
  const text = 'default' in rest ? `${description} Default: \`${JSON.stringify(rest.default)}\`.`.trim() : description
  return {
    ...rest,
    ...(text === '' ? {} : { description: text }),
    ...(isJsonObject(items) ? { items: withDefaultsTold(items) } : {}),
    ...(isJsonObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, field]) => [
              name,
              isJsonObject(field) ? withDefaultsTold(field) : field,
            ]),
          ),
        }
      : {}),
  }
}

function exampleOf(operations: Operation[]): Record<string, JsonObject> {
  return Object.fromEntries(
    operations.map((operation) => {
      const { model, taskType, title, example } = operation
      const value = { model, task_type: taskType, input: example }
      return [nameOf(operation), { summary: `${model} ${taskType}: ${title}`, value }]
    }),
  )
}
