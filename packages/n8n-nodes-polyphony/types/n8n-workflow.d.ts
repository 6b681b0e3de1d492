/**
 * What the node uses of `n8n-workflow`, which n8n provides where the node runs. Declared here, so that building needs no
 * package of n8n: its licence is not a permissive one.
 */
declare module 'n8n-workflow' {
  export type JsonObject = Record<string, unknown>

  export interface INodePropertyOptions {
    name: string
    value: string | number | boolean
    description?: string
    action?: string
  }

  export interface INodeProperties {
    displayName: string
    name: string
    type: string
    default: unknown
    description?: string
    hint?: string
    required?: boolean
    placeholder?: string
    noDataExpression?: boolean
    options?: (INodePropertyOptions | INodeProperties)[]
    typeOptions?: Record<string, unknown>
    displayOptions?: { show?: Record<string, unknown[]>; hide?: Record<string, unknown[]> }
  }

  export interface INodeTypeDescription {
    displayName: string
    name: string
    icon: string
    group: string[]
    version: number
    subtitle?: string
    description: string
    defaults: { name: string }
    inputs: string[]
    outputs: string[]
    usableAsTool?: true
    credentials: { name: string; required: boolean }[]
    webhooks?: {
      name: string
      httpMethod: string
      responseMode: string
      path: string
      restartWebhook?: boolean
      isFullPath?: boolean
    }[]
    properties: INodeProperties[]
  }

  export interface ICredentialType {
    name: string
    displayName: string
    documentationUrl?: string
    icon?: string
    properties: INodeProperties[]
    authenticate?: { type: 'generic'; properties: { headers: Record<string, string> } }
    test?: { request: { baseURL: string; url: string } }
  }

  export interface IBinaryData {
    data: string
    mimeType: string
    fileName?: string
  }

  export interface INodeExecutionData {
    json: JsonObject
    binary?: Record<string, IBinaryData>
    pairedItem?: { item: number }
  }

  export interface INode {
    id: string
    name: string
  }

  export interface IHttpRequestOptions {
    url: string
    method: 'GET' | 'POST'
    headers?: Record<string, string>
    body?: unknown
    json?: boolean
    encoding?: 'arraybuffer'
    returnFullResponse?: boolean
    ignoreHttpStatusErrors?: boolean
    timeout?: number
    abortSignal?: AbortSignal
  }

  interface Helpers {
    httpRequest(options: IHttpRequestOptions): Promise<unknown>
    httpRequestWithAuthentication(credentials: string, options: IHttpRequestOptions): Promise<unknown>
    prepareBinaryData(data: Uint8Array, fileName?: string, mimeType?: string): Promise<IBinaryData>
  }

  interface Context {
    helpers: Helpers
    getCredentials(name: string): Promise<JsonObject>
    getNode(): INode
    getWorkflow(): { id?: string }
    getExecutionId(): string
    evaluateExpression(expression: string, itemIndex?: number): unknown
  }

  export interface IExecuteFunctions extends Context {
    helpers: Helpers & {
      assertBinaryData(itemIndex: number, name: string): IBinaryData
      getBinaryDataBuffer(itemIndex: number, name: string): Promise<Uint8Array>
    }
    getInputData(): INodeExecutionData[]
    getNodeParameter(name: string, itemIndex: number, fallback?: unknown): unknown
    continueOnFail(): boolean
    getExecutionCancelSignal?(): AbortSignal | undefined
    putExecutionToWait(until: Date): Promise<void>
  }

  export interface IWebhookFunctions extends Context {
    getQueryData(): unknown
    getNodeParameter(name: string, fallback?: unknown): unknown
  }

  export interface IWebhookResponseData {
    workflowData?: INodeExecutionData[][]
    webhookResponse?: unknown
  }

  export interface INodeType {
    description: INodeTypeDescription
    execute?(this: IExecuteFunctions): Promise<INodeExecutionData[][]>
    webhook?(this: IWebhookFunctions): Promise<IWebhookResponseData>
  }

  interface ErrorOptions {
    itemIndex?: number
    message?: string
    description?: string
    httpCode?: string
  }

  export class NodeApiError extends Error {
    constructor(node: INode, response: JsonObject, options?: ErrorOptions)
    description: string | null | undefined
    httpCode: string | null
    context: JsonObject
  }

  export class NodeOperationError extends Error {
    constructor(node: INode, error: Error | string, options?: ErrorOptions)
    description: string | null | undefined
    context: JsonObject
  }

  export function sleep(ms: number): Promise<void>
}
