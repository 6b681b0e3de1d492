import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { firstOf } from '../../core/short-texts.ts'
import { readIfFits } from '../kit/read-wire.ts'
import type { Template } from './template.ts'
import { NodeErrors, Refusal } from './wire.ts'

/**
 * Why ComfyUI refused a graph: a node or a model file that it does not have, or a value that a node refuses, in words on
 * which the server's operator can act. Undefined when the answer gives no such reason.
 */
export function refusalIn(
  { status, body }: { status: number; body: Json },
  template: Template,
): PolyphonyError | undefined {
  const found = status === 400 ? readIfFits(Refusal, body) : undefined
  if (!found) return undefined
  const faults = Object.entries(found.node_errors ?? {}).flatMap(faultsOfNode)
  const general = wordsOf(found.error)
  const words = faults.length > 0 ? faults : general === '' ? [] : [general]
  if (words.length === 0) return undefined
  return new PolyphonyError(
    'vendor_refused',
    `ComfyUI refuses the workflow "${template.title}": ${words.join('; ')}. ${needsOf(template, words)}`.trim(),
  )
}

function faultsOfNode([id, fault]: [string, Json]): string[] {
  const { class_type: type, errors = [] } = readIfFits(NodeErrors, fault) ?? {}
  const node = type === undefined ? `node ${id}` : `${type} (node ${id})`
  return errors.map((error) => `${node}: ${wordsOf(error)}`)
}

/** Details may list every model of the machine, which is long and not the caller's business. */
function wordsOf({ message = '', details = '' }: { message?: string; details?: string } = {}): string {
  const words = [message, details]
    .filter((one) => one.trim() !== '')
    .map((one) =>
      one
        .trim()
        .replace(/ not in \[.*$/s, ' is not there')
        .replace(/(?<![.\s])[.\s]+$/, ''),
    )
    .join(': ')
  return firstOf(words, 500)
}

/** What the workflow needs, if something of it is missing. */
function needsOf({ needs }: Template, words: readonly string[]): string {
  const isMissing = words.some((one) => /does not exist|not found|is not there|missing/i.test(one))
  if (!isMissing) return ''
  const packs = needs.nodes.length === 0 ? '' : `It needs the custom nodes ${needs.nodes.join(', ')}. `
  return `${packs}Its models: ${needs.models.join(', ') || 'none'}.`
}
