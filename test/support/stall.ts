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
