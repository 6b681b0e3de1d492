import type { Caller } from '../core/caller.ts'
import { COMMAND_LINE } from './context.ts'

/** The operator at the command line of the server's own machine, who proved to be it by the token of this run. */
export function commandLineCaller(tenantId: string): Caller {
  return Object.freeze({
    keyId: COMMAND_LINE,
    tenantId,
    mode: 'live',
    role: 'admin',
    allowedModels: null,
    requestsPerMinute: null,
    tokensPerMinute: null,
    expiresAt: null,
    isFrozen: false,
  })
}
