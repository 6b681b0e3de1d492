import type {
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
  IWebhookFunctions,
  IWebhookResponseData,
} from 'n8n-workflow'
import { actionOf } from './actions.ts'
import { asNodeError, errorItem } from './errors.ts'
import { OWN_RESOURCES, PARAMETERS } from './parameters.ts'
import { resumed, runAll } from './run.ts'

export class Polyphony implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Polyphony',
    name: 'polyphony',
    icon: 'file:polyphony.svg',
    group: ['transform'],
    version: 1,
    subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
    description: 'Make songs, pictures, videos, speech and 3D models with a Polyphony gateway',
    defaults: { name: 'Polyphony' },
    inputs: ['main'],
    outputs: ['main'],
    usableAsTool: true,
    credentials: [{ name: 'polyphonyApi', required: true }],
    // The address at which n8n goes on with an execution that waits.
    webhooks: [
      {
        name: 'default',
        httpMethod: 'POST',
        responseMode: 'onReceived',
        path: '',
        restartWebhook: true,
        isFullPath: true,
      },
    ],
    properties: PARAMETERS,
  }

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const items = this.getInputData()
    if (items.length === 0) return [[]]
    const resource = String(this.getNodeParameter('resource', 0))
    const operation = String(this.getNodeParameter('operation', 0))
    if (!OWN_RESOURCES.includes(resource)) return [await runAll(this, `${resource}/${operation}`)]
    const act = actionOf(resource, operation)
    const results: INodeExecutionData[] = []
    for (const index of items.keys()) {
      try {
        results.push(...(await act(this, index)))
      } catch (thrown) {
        if (!this.continueOnFail()) throw asNodeError(this.getNode(), thrown, index)
        results.push(errorItem(thrown, index))
      }
    }
    return [results]
  }

  /** The gateway reports that a task has ended for which an execution waits. */
  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    return resumed(this)
  }
}
