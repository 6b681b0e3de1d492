/** All pages of a list, one after another. */
export async function* pagesOf<Item>(
  read: (cursor: { cursor?: string }) => Promise<{ items: Item[]; next_cursor: string | null }>,
): AsyncGenerator<Item[]> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { items, next_cursor } = await read(cursor === undefined ? {} : { cursor })
    yield items
    cursor = next_cursor
  }
}

/** A table that follows on another one. */
export function withoutHeader(csv: string): string {
  return csv.slice(csv.indexOf('\n') + 1)
}
