import type { INodeProperties } from 'n8n-workflow'
import { MODELS, OPERATION_PARAMETERS } from './operations.ts'

/** The parameters of the node: those of the catalogue, and around them what is no operation of it. */

const OWN = [
  { name: 'Account', value: 'account' },
  { name: 'File', value: 'file' },
  { name: 'Task', value: 'task' },
]
export const OWN_RESOURCES: readonly string[] = OWN.map(({ value }) => value)

const FILES: INodeProperties = {
  displayName: 'Download Files',
  name: 'files',
  type: 'options',
  options: [
    { name: 'All Files', value: 'all', description: 'Also covers, last frames and the like' },
    { name: 'None', value: 'none', description: 'The URLs are in the output' },
    { name: 'Results', value: 'results', description: 'Songs, pictures, videos and models' },
  ],
  default: 'results',
  description: 'Which files of the output become binary data of the item',
}
const BINARY_FIELD: INodeProperties = {
  displayName: 'Put Files in Field',
  name: 'binaryField',
  type: 'string',
  default: 'data',
  description: 'The binary field of the first file. The second is in the field with a 2 behind it, and so on.',
}
const MAX_MINUTES: INodeProperties = {
  displayName: 'Wait at Most (Minutes)',
  name: 'maxMinutes',
  type: 'number',
  typeOptions: { minValue: 1 },
  default: 30,
  description: 'How long to wait before the node fails. The task goes on, and can be had later by its ID.',
}

export const PARAMETERS: INodeProperties[] = [
  {
    displayName: 'Resource',
    name: 'resource',
    type: 'options',
    noDataExpression: true,
    options: [...OWN, ...MODELS].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1)),
    default: 'suno',
  },
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['account'] } },
    options: [
      { name: 'Get Balance', value: 'getBalance', description: 'Read what credit is left', action: 'Get the balance' },
    ],
    default: 'getBalance',
  },
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['file'] } },
    options: [
      {
        name: 'Upload',
        value: 'upload',
        description: 'Upload a file for an input, which names it by its URL',
        action: 'Upload a file',
      },
    ],
    default: 'upload',
  },
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['task'] } },
    options: [
      { name: 'Cancel', value: 'cancel', description: 'End a task that waits or runs', action: 'Cancel a task' },
      { name: 'Get', value: 'get', description: 'Read a task as it is now', action: 'Get a task' },
      { name: 'Get Many', value: 'getAll', description: 'List the latest tasks', action: 'Get many tasks' },
      { name: 'Wait For', value: 'wait', description: 'Wait for the end of a task', action: 'Wait for a task' },
    ],
    default: 'get',
  },
  {
    displayName: 'Input Binary Field',
    name: 'inputBinaryField',
    type: 'string',
    default: 'data',
    required: true,
    description: 'The binary field that has the file',
    displayOptions: { show: { resource: ['file'], operation: ['upload'] } },
  },
  {
    displayName: 'Task ID',
    name: 'taskId',
    type: 'string',
    default: '',
    required: true,
    displayOptions: { show: { resource: ['task'], operation: ['cancel', 'get', 'wait'] } },
  },
  {
    displayName: 'Return All',
    name: 'returnAll',
    type: 'boolean',
    default: false,
    description: 'Whether to return all results or only up to a given limit',
    displayOptions: { show: { resource: ['task'], operation: ['getAll'] } },
  },
  {
    displayName: 'Limit',
    name: 'limit',
    type: 'number',
    typeOptions: { minValue: 1 },
    default: 50,
    description: 'Max number of results to return',
    displayOptions: { show: { resource: ['task'], operation: ['getAll'], returnAll: [false] } },
  },
  ...OPERATION_PARAMETERS,
  {
    displayName: 'Run',
    name: 'run',
    type: 'options',
    noDataExpression: true,
    displayOptions: { hide: { resource: [...OWN_RESOURCES] } },
    options: [
      { name: 'Quote', value: 'quote', description: 'Check the input and read its price; nothing is made or charged' },
      { name: 'Submit', value: 'submit', description: 'Go on at once, with the ID of the task' },
      { name: 'Submit and Wait', value: 'wait', description: 'Go on with the result' },
      {
        name: 'Submit and Wait by Webhook',
        value: 'webhook',
        description: 'Put the execution aside until the gateway calls, and go on with the result',
      },
    ],
    default: 'wait',
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add Option',
    default: {},
    displayOptions: { hide: { resource: [...OWN_RESOURCES] } },
    options: [FILES, BINARY_FIELD, MAX_MINUTES],
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add Option',
    default: {},
    displayOptions: { show: { resource: ['task'], operation: ['get', 'wait'] } },
    options: [FILES, BINARY_FIELD, MAX_MINUTES],
  },
]
