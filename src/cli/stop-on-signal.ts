import type { Gateway } from '../main.ts'

/** How long a signal waits for a start to finish; one that takes longer has nothing in hand yet. */
const START_MS = 1_000
/** How long a stop may take as a whole: several times what its parts allow themselves. */
const STOP_MS = 30_000

/**
 * Closes the gateway in order at the first SIGINT or SIGTERM, and ends the process at once at the second. Called before the
 * gateway has started, so that no signal arrives in between. `say` tells what the stop waits for.
 */
export function stopOnSignal(starting: Promise<Gateway>, say: (gateway: Gateway, inHand: number) => void): void {
  let hasSignal = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (hasSignal) process.exit(1)
      hasSignal = true
      const timer = setTimeout(() => process.exit(1), START_MS)
      // A start that fails ends the process with its own message.
      starting.then(
        (gateway) => {
          clearTimeout(timer)
          return close(gateway, say)
        },
        () => {},
      )
    })
  }
}

async function close(gateway: Gateway, say: (gateway: Gateway, inHand: number) => void): Promise<void> {
  say(gateway, gateway.inHand())
  setTimeout(() => {
    gateway.log.error(`the gateway did not close within ${STOP_MS / 1_000} s`)
    gateway.log.flush()
    process.exit(1)
  }, STOP_MS)
  try {
    await gateway.close()
    process.exit(0)
  } catch (error) {
    gateway.log.error({ err: error }, 'the gateway did not close in order')
    process.exit(1)
  }
}
