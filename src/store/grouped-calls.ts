import { PolyphonyError } from '../core/errors.ts'

interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/**
 * Calls that arrive together share one statement and its commit. While `atOnce` groups are under way, further calls wait
 * for the next. A failure is not shared: when the database refuses a group as a whole, each call is sent by itself.
 */
export function groupedCalls<Item, Result>(
  send: (items: Item[]) => Promise<Result[]>,
  { maxGroup, atOnce }: { maxGroup: number; atOnce: number },
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = []
  let underWay = 0
  let scheduled = false

  async function sendEach(group: Waiting<Item, Result>[]): Promise<void> {
    for (const { item, resolve, reject } of group)
      await send([item]).then(([result]) => resolve(result as Result), reject)
  }

  async function sendGroup(group: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await send(group.map(({ item }) => item))
      group.forEach(({ resolve }, index) => {
        resolve(results[index] as Result) // one result an item
      })
    } catch (error) {
      if (group.length > 1 && error instanceof PolyphonyError && error.code === 'internal') await sendEach(group)
      else for (const { reject } of group) reject(error)
    }
  }

  function flush(): void {
    while (waiting.length > 0 && underWay < atOnce) {
      const group = waiting.slice(0, maxGroup)
      waiting = waiting.slice(maxGroup)
      underWay += 1
      void sendGroup(group).then(() => {
        underWay -= 1
        flush()
      })
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (scheduled) return
      // In the next turn of the event loop, so that calls of one turn share a group.
      scheduled = true
      setImmediate(() => {
        scheduled = false
        flush()
      })
    })
}
