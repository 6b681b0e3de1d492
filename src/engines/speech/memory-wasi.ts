/** WASI's error numbers and file types: https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md. */
const SUCCESS = 0
const BAD_FILE = 8
const NO_ENTRY = 44
const NOT_SEEKABLE = 70
const CHARACTER_DEVICE = 2
const DIRECTORY = 3
const REGULAR_FILE = 4
const CREATE = 1

const STDOUT = 1
const STDERR = 2
/** The one folder that the program sees. */
const ROOT = 3

interface OpenFile {
  name: string
  data: Uint8Array
  sizeBytes: number
  position: number
}

/** What a program wrote. */
export interface ProgramOutput {
  stdout: string
  stderr: string
  /** By the names that the program gave them, without a leading slash. */
  files: ReadonlyMap<string, Uint8Array>
}

class Exit extends Error {
  readonly code: number
  constructor(code: number) {
    super(`The program ended with ${code}.`)
    this.code = code
  }
}

/**
 * Runs a WASI program from its start to its end, with a folder in memory and nothing else: no file, clock or network of
 * this machine. Node's own `node:wasi` is experimental and needs folders on disk. Throws where the program fails.
 */
export function runInMemory(module: WebAssembly.Module, args: readonly string[]): ProgramOutput {
  const files = new Map<string, Uint8Array>()
  const output = { [STDOUT]: '', [STDERR]: '' }
  const host = openHost({ args, files, write: (stream, text) => (output[stream] += text) })
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: host.imports })
  const { memory, _start: start } = instance.exports
  if (!(memory instanceof WebAssembly.Memory) || typeof start !== 'function')
    throw new TypeError('The module is no program of WASI: it has no memory or no start.')
  host.attach(memory)
  try {
    start()
  } catch (error) {
    if (!(error instanceof Exit)) throw error
    if (error.code !== 0) throw new Error(`${error.message} ${output[STDERR].trim()}`.trim())
  }
  return { stdout: output[STDOUT], stderr: output[STDERR], files }
}

interface HostOptions {
  args: readonly string[]
  /** Gets what the program writes, when it closes the file. */
  files: Map<string, Uint8Array>
  write(stream: typeof STDOUT | typeof STDERR, text: string): void
}

/** The calls that the program makes, and the function that gives them its memory. */
function openHost({ args, files, write }: HostOptions): {
  imports: WebAssembly.ModuleImports
  attach(memory: WebAssembly.Memory): void
} {
  const argv = args.map((arg) => Buffer.from(`${arg}\0`))
  const opened = new Map<number, OpenFile>()
  let nextFd = ROOT + 1
  let memory: WebAssembly.Memory
  // The buffer of a memory is another one after it has grown.
  const view = (): DataView => new DataView(memory.buffer)
  const bytes = (): Uint8Array => new Uint8Array(memory.buffer)
  const answer = (pointer: number, value: number): number => {
    view().setUint32(pointer, value, true)
    return SUCCESS
  }

  const writtenParts = (vectors: number, count: number): Uint8Array[] =>
    Array.from({ length: count }, (_, index) => {
      const from = view().getUint32(vectors + 8 * index, true)
      return bytes().subarray(from, from + view().getUint32(vectors + 8 * index + 4, true))
    })

  const imports = {
    args_sizes_get(count: number, size: number) {
      answer(count, argv.length)
      return answer(
        size,
        argv.reduce((sum, { length }) => sum + length, 0),
      )
    },
    args_get(pointers: number, buffer: number) {
      let place = buffer
      for (const [index, arg] of argv.entries()) {
        answer(pointers + 4 * index, place)
        bytes().set(arg, place)
        place += arg.length
      }
      return SUCCESS
    },
    /** Always the beginning of 1970, so that the same text gives the same sound. */
    clock_time_get(_clock: number, _precision: bigint, pointer: number) {
      view().setBigUint64(pointer, 0n, true)
      return SUCCESS
    },
    fd_close(fd: number) {
      const file = opened.get(fd)
      if (file) files.set(file.name, file.data.subarray(0, file.sizeBytes))
      opened.delete(fd)
      return SUCCESS
    },
    fd_fdstat_get(fd: number, pointer: number) {
      view().setUint8(pointer, fd < ROOT ? CHARACTER_DEVICE : fd === ROOT ? DIRECTORY : REGULAR_FILE)
      view().setUint16(pointer + 2, 0, true)
      view().setBigUint64(pointer + 8, 0xffff_ffffn, true)
      view().setBigUint64(pointer + 16, 0xffff_ffffn, true)
      return SUCCESS
    },
    fd_fdstat_set_flags: () => SUCCESS,
    fd_prestat_get(fd: number, pointer: number) {
      if (fd !== ROOT) return BAD_FILE
      view().setUint8(pointer, 0)
      return answer(pointer + 4, 1)
    },
    fd_prestat_dir_name(_fd: number, pointer: number) {
      bytes()[pointer] = '/'.charCodeAt(0)
      return SUCCESS
    },
    /** Nothing is there to be read. */
    fd_read: (_fd: number, _vectors: number, _count: number, pointer: number) => answer(pointer, 0),
    fd_seek(fd: number, offset: bigint, from: number, pointer: number) {
      const file = opened.get(fd)
      if (!file) return NOT_SEEKABLE
      file.position = Number(offset) + (from === 1 ? file.position : from === 2 ? file.sizeBytes : 0)
      view().setBigUint64(pointer, BigInt(file.position), true)
      return SUCCESS
    },
    fd_write(fd: number, vectors: number, count: number, pointer: number) {
      let total = 0
      for (const part of writtenParts(vectors, count)) {
        total += part.length
        const file = opened.get(fd)
        if (fd === STDOUT || fd === STDERR) write(fd, Buffer.from(part).toString())
        else if (file) append(file, part)
        else return BAD_FILE
      }
      return answer(pointer, total)
    },
    path_open(
      _folder: number,
      _lookup: number,
      path: number,
      length: number,
      flags: number,
      _base: bigint,
      _inheriting: bigint,
      _fdFlags: number,
      pointer: number,
    ) {
      if ((flags & CREATE) === 0) return NO_ENTRY
      const name = Buffer.from(bytes().slice(path, path + length)).toString()
      opened.set(nextFd, { name: name.replace(/^\//, ''), data: new Uint8Array(2 ** 18), sizeBytes: 0, position: 0 })
      return answer(pointer, nextFd++)
    },
    proc_exit(code: number) {
      throw new Exit(code)
    },
  }
  return {
    imports,
    attach(given) {
      memory = given
    },
  }
}

function append(file: OpenFile, part: Uint8Array): void {
  const end = file.position + part.length
  if (end > file.data.length) {
    const larger = new Uint8Array(Math.max(2 * file.data.length, end))
    larger.set(file.data)
    file.data = larger
  }
  file.data.set(part, file.position)
  file.position = end
  file.sizeBytes = Math.max(file.sizeBytes, end)
}
