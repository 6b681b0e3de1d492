import type { Context } from './gateway.ts'
import type { Downloading } from './results.ts'

export interface Options extends Downloading {
  maxMinutes: number
}

const DEFAULTS: Options = { files: 'results', binaryField: 'data', maxMinutes: 30 }

/** The collection `options` with its defaults. While an execution waits for a webhook there are no items to read it of. */
export function optionsOf(context: Context, index: number): Options {
  const given =
    'getInputData' in context ? context.getNodeParameter('options', index, {}) : context.getNodeParameter('options', {})
  return { ...DEFAULTS, ...(given as Partial<Options>) }
}
