/** The memory of a network: weights that stay, and tensors that come and go. Places and sizes are in floats. */
export interface Memory {
  wasm: WebAssembly.Memory
  /** The content at this moment: views end when the memory grows, so they are asked for after the last `take`. */
  views(): { floats: Float32Array; whole: Int32Array }
  /** Room for so many floats, with whatever was there before. */
  take(size: number): number
  free(start: number, size: number): void
}

interface Gap {
  start: number
  size: number
}

const PAGE_FLOATS = 2 ** 14
/** 1 GB: a picture that needs more is given in tiles. */
const MAX_PAGES = 2 ** 14
/** Vectors of four floats begin at a multiple of it. */
const ALIGNMENT = 16

export function openMemory(): Memory {
  const wasm = new WebAssembly.Memory({ initial: 16, maximum: MAX_PAGES })
  let gaps: Gap[] = []
  let end = ALIGNMENT
  let views = viewsOf(wasm)

  function grow(): void {
    const missing = end - wasm.buffer.byteLength / 4
    if (missing <= 0) return
    wasm.grow(Math.ceil(missing / PAGE_FLOATS))
    views = viewsOf(wasm)
  }

  return {
    wasm,
    views: () => views,
    take(wanted) {
      const size = roundedUp(wanted)
      const fitting = gaps.filter((gap) => gap.size >= size).sort((a, b) => a.size - b.size)[0]
      if (!fitting) {
        const start = end
        end += size
        grow()
        return start
      }
      const { start } = fitting
      fitting.start += size
      fitting.size -= size
      gaps = gaps.filter((gap) => gap.size > 0)
      return start
    },
    free(start, wanted) {
      gaps.push({ start, size: roundedUp(wanted) })
      gaps = merged(gaps)
      const last = gaps.at(-1)
      if (!last || last.start + last.size !== end) return
      end = last.start
      gaps.pop()
    },
  }
}

function viewsOf({ buffer }: WebAssembly.Memory) {
  return { floats: new Float32Array(buffer), whole: new Int32Array(buffer) }
}

const roundedUp = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT

/** Neighbouring gaps as one, by their places. */
function merged(gaps: readonly Gap[]): Gap[] {
  const result: Gap[] = []
  for (const gap of [...gaps].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last && last.start + last.size === gap.start) last.size += gap.size
    else result.push({ ...gap })
  }
  return result
}
