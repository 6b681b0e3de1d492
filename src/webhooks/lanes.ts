/**
 * Who may start: at most `slots` at once, and at most `slotsPerLane` of one lane, so that a slow lane leaves room for
 * the others. What cannot start yet waits here, up to `maxWaiting`; lanes take turns.
 */
export class Lanes<Item> {
  readonly #limits: { slots: number; slotsPerLane: number; maxWaiting: number }
  /** In the order in which the lanes are asked; a lane is here while it runs or waits. */
  readonly #lanes = new Map<string, { running: number; waiting: Item[] }>()
  #running = 0
  #waiting = 0

  constructor(limits: { slots: number; slotsPerLane: number; maxWaiting: number }) {
    this.#limits = limits
  }

  get freeSlots(): number {
    return this.#limits.slots - this.#running
  }

  get waiting(): number {
    return this.#waiting
  }

  /** False when the item has to go: it cannot start now, and the waiting room is full. */
  offer(name: string, item: Item): boolean {
    const lane = this.#lanes.get(name) ?? { running: 0, waiting: [] }
    const startsNow = this.freeSlots > 0 && lane.running + lane.waiting.length < this.#limits.slotsPerLane
    if (!startsNow && this.#waiting >= this.#limits.maxWaiting) return false
    lane.waiting.push(item)
    this.#waiting += 1
    this.#lanes.set(name, lane)
    return true
  }

  /** The next item that may start, its slot taken; give it back with `done`. */
  take(): { name: string; item: Item } | undefined {
    if (this.freeSlots <= 0 || this.#waiting === 0) return undefined
    for (const [name, lane] of this.#lanes) {
      if (lane.running >= this.#limits.slotsPerLane) continue
      const item = lane.waiting.shift()
      if (item === undefined) continue
      lane.running += 1
      this.#running += 1
      this.#waiting -= 1
      // To the end of the line of lanes.
      this.#lanes.delete(name)
      this.#lanes.set(name, lane)
      return { name, item }
    }
    return undefined
  }

  done(name: string): void {
    const lane = this.#lanes.get(name)
    if (!lane || lane.running === 0) throw new RangeError(`Nothing runs in the lane ${name}.`)
    lane.running -= 1
    this.#running -= 1
    if (lane.running === 0 && lane.waiting.length === 0) this.#lanes.delete(name)
  }
}
