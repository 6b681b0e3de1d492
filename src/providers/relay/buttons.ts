import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'

/**
 * The buttons of a Midjourney task name its possible follow-ups, in the bot's own words. A finished task's handle keeps their
 * ids, and a follow-up presses the one for its operation.
 */

/** The button for an operation's input. A change by index needs none. */
export interface Press {
  button: RegExp
  /** What `/submit/change` calls it, for relays whose tasks show no buttons. */
  change?: { action: 'UPSCALE' | 'VARIATION' | 'REROLL'; index: number }
}

/** By task type; a number picks one of four, a word changes a picture that was taken out. */
export const PRESSES: Record<string, (input: JsonObject) => Press> = {
  upscale: ({ index }) => numbered('upsample', 'UPSCALE', index) ?? { button: enlargement(String(index)) },
  variation: ({ index }) =>
    numbered('variation', 'VARIATION', index) ?? { button: new RegExp(`^MJ::JOB::${index}::`, 'i') },
  // new-api wants an index even here.
  reroll: () => ({ button: /^MJ::JOB::reroll::/i, change: { action: 'REROLL', index: 1 } }),
  pan: ({ direction }) => ({ button: new RegExp(`^MJ::JOB::pan_${direction}::`, 'i') }),
  inpaint: () => ({ button: /^MJ::Inpaint::/i }),
  outpaint: ({ zoom_ratio, aspect_ratio, prompt }) => {
    const percent = PERCENTS[String(Number(zoom_ratio))]
    const isOwnShape = percent === '100' && aspect_ratio !== undefined && aspect_ratio !== '1:1'
    const isFixed = percent !== undefined && !isOwnShape && !prompt
    return { button: isFixed ? new RegExp(`^MJ::Outpaint::${percent}::`, 'i') : CUSTOM_ZOOM }
  },
}

export const CUSTOM_ZOOM = /^MJ::CustomZoom::/i

/** How much of the new picture the old one fills; 100 makes it square. */
const PERCENTS: Record<string, string> = { '2': '50', '1.5': '75', '1': '100' }

function numbered(verb: string, action: 'UPSCALE' | 'VARIATION', index: Json | undefined): Press | undefined {
  if (!/^[1-4]$/.test(String(index))) return undefined
  return { button: new RegExp(`^MJ::JOB::${verb}::${index}::`, 'i'), change: { action, index: Number(index) } }
}

/** The bot's versions name it differently: `upsample_v5_2x`, `upsample_v6r1_2x_subtle`, `upsample_light`. */
function enlargement(word: string): RegExp {
  return new RegExp(`^MJ::JOB::upsample_(?:\\w+_)?${word}::`, 'i')
}

export function findButton(buttons: readonly string[], { button }: Press): string | undefined {
  return buttons.find((one) => button.test(one))
}

export function noButton(what: string): PolyphonyError {
  return new PolyphonyError('vendor_refused', `The parent task has no button for ${what}.`)
}
