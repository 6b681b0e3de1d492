export interface UnderWay {
  /** Returns how many bytes its owner has under way then. */
  add(bytes: number): number
  end(): void
}

/** Counts the bytes of uploads that are being written, by their owner: they have no row yet, so the store does not know them. */
export function openBytesUnderWay(): (owner: string) => UnderWay {
  const totals = new Map<string, number>()
  return (owner) => {
    let own = 0
    return {
      add(bytes) {
        own += bytes
        const total = (totals.get(owner) ?? 0) + bytes
        totals.set(owner, total)
        return total
      },
      end() {
        const left = (totals.get(owner) ?? 0) - own
        if (left > 0) totals.set(owner, left)
        else totals.delete(owner)
        own = 0
      },
    }
  }
}
