import { packed, type ReasoningState, unpacked } from '../shared/formats/reasoning-state.ts'

/**
 * `thoughtSignature` is bytes in this API, so in JSON it is base64: clients that decode it must find that. Google's own
 * signature passes as it is; the state of another vendor is packed into the bytes.
 */
export function signatureOf(state: ReasoningState, of: 'reasoning' | 'tool-call'): string {
  return state.google?.thoughtSignature ?? Buffer.from(packed(state, of)).toString('base64')
}

export function stateOfSignature(signature: string): ReasoningState {
  const own = unpacked(Buffer.from(signature, 'base64').toString('latin1'))
  return own?.state ?? { google: { thoughtSignature: signature } }
}
