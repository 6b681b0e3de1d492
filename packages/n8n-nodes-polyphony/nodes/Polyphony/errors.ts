import { type INode, type INodeExecutionData, type JsonObject, NodeApiError, NodeOperationError } from 'n8n-workflow'
import { GatewayError } from './gateway.ts'

/** Errors as n8n shows them, with the field that is wrong. */

export function asNodeError(node: INode, thrown: unknown, itemIndex: number): Error {
  if (!(thrown instanceof GatewayError)) {
    // n8n's own are shown as they are: what a missing binary field is called, or that there was no answer.
    return thrown instanceof NodeApiError || thrown instanceof NodeOperationError
      ? thrown
      : new NodeOperationError(node, thrown instanceof Error ? thrown : String(thrown), { itemIndex })
  }
  const { message, code, field, status } = thrown
  const description = field === undefined ? `Code: ${code}` : `Field: ${field}. Code: ${code}`
  if (status === 0) return new NodeOperationError(node, thrown, { itemIndex, message, description })
  const response: JsonObject = { message, code, ...(field === undefined ? {} : { field }) }
  return new NodeApiError(node, response, { itemIndex, message, description, httpCode: String(status) })
}

/** What an item becomes where the node goes on after an error. */
export function errorItem(thrown: unknown, index: number): INodeExecutionData {
  const { message } = thrown as Error
  const details = thrown instanceof GatewayError ? { code: thrown.code, field: thrown.field ?? null } : {}
  return { json: { error: message, ...details }, pairedItem: { item: index } }
}
