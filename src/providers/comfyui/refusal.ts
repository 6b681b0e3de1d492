import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Template } from './template.ts'

/**
 * Why ComfyUI would not take a graph: a node or a model file that it does not have, or a value that a node refuses. A
 * message on which whoever runs it can act. Undefined where it says nothing of the kind.
 */
export function refusalIn(
  { status, body }: { status: number; body: Json },
  template: Template,
): PolyphonyError | undefined {
  if (status !== 400 || !isJsonObject(body)) return undefined
  const { node_errors } = body
  const faults = isJsonObject(node_errors) ? Object.entries(node_errors).flatMap(faultsOfNode) : []
  const general = wordsOf(body.error)
  const words = faults.length > 0 ? faults : general === '' ? [] : [general]
  if (words.length === 0) return undefined
  return new PolyphonyError(
    'vendor_refused',
    `ComfyUI refuses the workflow "${template.title}": ${words.join('; ')}. ${needsOf(template, words)}`.trim(),
  )
}

function faultsOfNode([id, fault]: [string, Json]): string[] {
  if (!isJsonObject(fault) || !Array.isArray(fault.errors)) return []
  const type = typeof fault.class_type === 'string' ? `${fault.class_type} (node ${id})` : `node ${id}`
  return fault.errors.filter(isJsonObject).map((error) => `${type}: ${wordsOf(error)}`)
}

/** Details may list all that the machine has, which is nobody's business and much. */
function wordsOf(error: Json | undefined): string {
  if (!isJsonObject(error)) return ''
  const { message, details }: JsonObject = error
  const words = [message, details].filter((one): one is string => typeof one === 'string' && one.trim() !== '')
  return words
    .map((one) =>
      one
        .trim()
        .replace(/ not in \[.*$/s, ' is not there')
        .replace(/(?<![.\s])[.\s]+$/, ''),
    )
    .join(': ')
    .slice(0, 500)
}

/** What the workflow needs, where something of it is missing. */
function needsOf({ needs }: Template, words: readonly string[]): string {
  const isMissing = words.some((one) => /does not exist|not found|is not there|missing/i.test(one))
  if (!isMissing) return ''
  const packs = needs.nodes.length === 0 ? '' : `It needs the custom nodes ${needs.nodes.join(', ')}. `
  return `${packs}Its models: ${needs.models.join(', ') || 'none'}.`
}
