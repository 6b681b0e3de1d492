/**
 * Runs `act` and measures the longest time in milliseconds for which this thread computed without going back to its event
 * loop. CPU time, not the clock's: other processes on the machine do not count.
 */
export async function longestStall<T>(act: () => Promise<T>): Promise<{ result: T; stallMs: number }> {
  let longest = 0
  let last = cpuMs()
  const tick = (): void => {
    const now = cpuMs()
    longest = Math.max(longest, now - last)
    last = now
  }
  // Each turn of the loop, so that two pieces of work in one turn count together and those of two turns do not.
  let isOver = false
  const turn = (): void => {
    tick()
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  try {
    const result = await act()
    tick()
    return { result, stallMs: longest }
  } finally {
    isOver = true
  }
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

/** What `referenceMs` takes on the machine for which limits in milliseconds are meant: two cores that do nothing else. */
const QUIET_REFERENCE_MS = 50

/**
 * A stall in milliseconds as it would be on the machine for which limits are meant. One below its limit is returned as it is,
 * since no machine is taken to be faster than that one: to measure this machine takes as long as a stall.
 */
export function onQuietMachine(stallMs: number, limitMs: number): number {
  return stallMs < limitMs ? stallMs : stallMs / slowness()
}

/**
 * How much slower this machine is at the moment than the one for which limits are meant, at least 1. Cores that are shared
 * with other work do less in a millisecond of CPU time: their caches and clock are shared, too.
 */
function slowness(): number {
  return Math.max(1, referenceMs() / QUIET_REFERENCE_MS)
}

/** The CPU time in milliseconds of work like that for a large body: a text is parsed, and each of its characters looked at. */
export function referenceMs(): number {
  const before = cpuMs()
  const { text } = JSON.parse(REFERENCE) as { text: string }
  let letters = 0
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) === LETTER) letters++
  if (letters !== text.length) throw new Error('The reference text has only one letter.')
  return cpuMs() - before
}

const LETTER = 97
const REFERENCE = JSON.stringify({
  text: 'a'.repeat(7e6),
  list: Array.from({ length: 200_000 }, (_, index) => ({ index })),
})
