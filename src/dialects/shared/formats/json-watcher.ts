const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const NEWLINE = 0x0a
const RETURN = 0x0d
const SPACE = 0x20
const UNICODE_ESCAPE = 0x75
/** A stream may begin with it, before the name of its first field. */
const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf]

/** A usage is some hundred bytes; what is larger is not one, and is not kept. */
const MAX_CAPTURED = 65_536
/** As much of a kept string as tells it from others. */
const MAX_WORD = 256
/** The name of a line's field: `data`, `event`. Longer ones are none that matters. */
const MAX_FIELD = 8
/** A number of a choice, or `DONE`. */
const MAX_BARE = 16

interface Watched {
  /** Paths of objects whose JSON is kept, such as `response.usage`. An element of a list has its list's path. */
  objects: readonly string[]
  /** Paths of strings whose UTF-16 units are counted. */
  strings: readonly string[]
  /** Paths of short strings that are kept, such as `item.type`, and of whole numbers. */
  words?: readonly string[]
  /** Paths of objects whose end is reported, such as `choices`: what came since the one before belongs to it. */
  groups?: readonly string[]
}

/** What is watched, as a tree: made once for all streams of a format. */
export function watchedPaths({ objects, strings, words = [], groups = [] }: Watched): Node {
  const root = newNode('')
  for (const path of objects) nodeAt(root, path).isObject = true
  for (const path of strings) nodeAt(root, path).isString = true
  for (const path of words) nodeAt(root, path).isWord = true
  for (const path of groups) nodeAt(root, path).isGroup = true
  return root
}

interface Child {
  key: Uint8Array
  node: Node
  /** This child and no other. */
  alone: Child[]
}

/** A watched path, or the beginning of one. */
interface Node {
  path: string
  isObject: boolean
  isString: boolean
  isWord: boolean
  isGroup: boolean
  children: Child[]
}

/**
 * Follows JSON values in a stream of bytes, one after the other, without parsing them: only the nesting and the keys on
 * the way to what is watched, so that a text of the model that looks like a usage is not taken for one. Between values,
 * everything is passed over that is not an event's data. The bytes may be cut anywhere.
 *
 * Each method reads a run of bytes and returns where it stopped: with a call for each byte this took ten times as long.
 */
export class JsonWatcher {
  readonly #onObject: (path: string, json: string) => void
  readonly #onWord: (path: string, word: string) => void
  readonly #onGroup: (path: string) => void
  readonly #root: Node
  #characters = 0
  #isDone = false
  /** Letters of a list that is no JSON, and digits of a watched number. */
  #bare = ''

  /** For each open level: the path that its members continue, and whether it is an object. */
  #nodes: (Node | undefined)[] = []
  #isObject: boolean[] = []
  #depth = 0
  /** Of the value that comes next. */
  #node: Node | undefined
  #expectsKey = false

  #line: 'start' | 'data' | 'other' = 'start'
  #field = ''
  #isLineEmpty = false

  #isInString = false
  #string: 'passed' | 'key' | 'counted' | 'word' = 'passed'
  #word = ''
  #isEscaped = false
  #hexLeft = 0
  /** Children of the level that the key may still name, by the bytes read so far; -1 if it names none. */
  #keyLength = 0
  #candidates: Node['children'] = []

  #captured: Uint8Array[] | undefined
  #capturedBytes = 0
  #captureNode: Node | undefined
  #captureDepth = 0
  /** Where the captured object begins in the bytes at hand. */
  #captureFrom = 0

  constructor(
    watched: Node,
    onObject: (path: string, json: string) => void,
    onWord: (path: string, word: string) => void = () => {},
    onGroup: (path: string) => void = () => {},
  ) {
    this.#root = watched
    this.#onObject = onObject
    this.#onWord = onWord
    this.#onGroup = onGroup
  }

  /** Whether `data: [DONE]` has come, with which OpenAI's format ends. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** UTF-16 units of the watched strings so far. */
  get characters(): number {
    return this.#characters
  }

  push(bytes: Uint8Array): void {
    this.#captureFrom = 0
    let at = 0
    while (at < bytes.length) {
      if (this.#depth === 0) at = this.#readBetween(bytes, at)
      else if (this.#isInString) at = this.#readString(bytes, at)
      else at = this.#readStructure(bytes, at)
    }
    this.#keep(bytes, bytes.length)
  }

  /** Outside a value: only what follows `data:`, or a bare value, begins one; an event's name or a comment does not. */
  #readBetween(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] as number // within the length, as below
      if (byte === NEWLINE || byte === RETURN) this.#startLine()
      else if (this.#line === 'other') continue
      else if ((byte === OPEN_OBJECT || byte === OPEN_LIST) && isDataField(this.#field)) {
        this.#node = this.#root
        this.#open(byte === OPEN_OBJECT, at)
        return at + 1
      } else if (this.#line === 'start') {
        if (this.#field === '' && isDataAt(bytes, at)) {
          this.#line = 'data'
          this.#field = 'data'
          at += DATA.length - 1
        } else this.#readField(byte)
      }
    }
    return bytes.length
  }

  #startLine(): void {
    this.#line = 'start'
    this.#field = ''
  }

  #readField(byte: number): void {
    if (byte === COLON) this.#line = this.#field === 'data' ? 'data' : 'other'
    else if (BYTE_ORDER_MARK.includes(byte)) return
    else if (byte > SPACE && byte !== COMMA && this.#field.length < MAX_FIELD) this.#field += String.fromCharCode(byte)
  }

  #readStructure(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (byte === QUOTE) {
        this.#beginString()
        const end = this.#readString(bytes, at + 1)
        // It goes on in the next bytes, or the value was cut within it.
        if (this.#isInString || this.#depth === 0) return end
        at = end - 1
        continue
      }
      if (byte === NEWLINE && this.#endsEvent()) return at + 1
      if (byte <= SPACE) continue
      this.#isLineEmpty = false
      if (byte === COMMA) this.#startMember()
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#open(byte === OPEN_OBJECT, at)
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        this.#close(bytes, at + 1)
        if (this.#depth === 0) return at + 1
      } else if (byte !== COLON && (this.#node?.isWord || this.#isOuterList())) this.#readBare(byte)
    }
    return bytes.length
  }

  /** Of which one, that says that all is done, is no JSON. */
  #isOuterList(): boolean {
    return this.#depth === 1 && this.#isObject[1] === false
  }

  #readBare(byte: number): void {
    if (this.#bare.length < MAX_BARE) this.#bare += String.fromCharCode(byte)
  }

  /** What ends with the value: a watched number, or the list that says that all is done. */
  #endBare(): void {
    if (this.#bare === '') return
    if (this.#node?.isWord && /^\d+$/.test(this.#bare)) this.#onWord(this.#node.path, this.#bare)
    if (this.#isOuterList() && this.#bare === 'DONE') this.#isDone = true
    this.#bare = ''
  }

  /** An empty line ends an event, and with it a value that was cut; in a bare value it is white space. */
  #endsEvent(): boolean {
    const isEnd = this.#isLineEmpty && this.#line === 'data'
    if (isEnd) this.#reset()
    else this.#isLineEmpty = true
    return isEnd
  }

  #startMember(): void {
    this.#endBare()
    const isObject = this.#isObject[this.#depth] === true
    this.#expectsKey = isObject
    this.#node = isObject ? undefined : this.#nodes[this.#depth]
  }

  #open(isObject: boolean, at: number): void {
    const node = this.#node
    if (isObject && node?.isObject && this.#captured === undefined) {
      this.#captured = []
      this.#capturedBytes = 0
      this.#captureNode = node
      this.#captureDepth = this.#depth
      this.#captureFrom = at
    }
    this.#depth += 1
    this.#nodes[this.#depth] = node
    this.#isObject[this.#depth] = isObject
    this.#startMember()
  }

  #close(bytes: Uint8Array, end: number): void {
    this.#endBare()
    const closed = this.#nodes[this.#depth]
    if (closed?.isGroup && this.#isObject[this.#depth]) this.#onGroup(closed.path)
    this.#depth -= 1
    this.#expectsKey = false
    this.#node = undefined
    this.#isLineEmpty = false
    if (this.#captured !== undefined && this.#depth === this.#captureDepth) this.#endCapture(bytes, end)
    if (this.#depth === 0) this.#reset()
  }

  #endCapture(bytes: Uint8Array, end: number): void {
    this.#keep(bytes, end)
    if (this.#captured !== undefined && this.#captureNode !== undefined)
      this.#onObject(this.#captureNode.path, Buffer.concat(this.#captured).toString())
    this.#captured = undefined
  }

  /** Copies what was captured of the bytes at hand: their memory is the sender's. */
  #keep(bytes: Uint8Array, end: number): void {
    if (this.#captured === undefined) return
    this.#captured.push(bytes.slice(this.#captureFrom, end))
    this.#capturedBytes += end - this.#captureFrom
    if (this.#capturedBytes > MAX_CAPTURED) this.#captured = undefined
  }

  #beginString(): void {
    this.#isInString = true
    this.#isLineEmpty = false
    const parent = this.#nodes[this.#depth]
    if (!this.#expectsKey) this.#beginValue()
    else if (parent === undefined || parent.children.length === 0) {
      this.#string = 'passed'
      this.#endKey(undefined)
    } else {
      this.#string = 'key'
      this.#keyLength = 0
      this.#candidates = parent.children
    }
  }

  #beginValue(): void {
    this.#string = this.#node?.isString ? 'counted' : this.#node?.isWord ? 'word' : 'passed'
    this.#word = ''
  }

  #endKey(node: Node | undefined): void {
    this.#expectsKey = false
    this.#node = node
  }

  #readString(bytes: Uint8Array, from: number): number {
    let at = from
    while (at < bytes.length) {
      if (this.#isEscaped) this.#readEscaped(bytes[at++] as number)
      else {
        at = this.#readPlain(bytes, at)
        const byte = bytes[at++]
        if (byte === BACKSLASH) this.#isEscaped = true
        else if (byte === QUOTE) {
          this.#endString()
          return at
        } else if (byte === NEWLINE) {
          this.#reset() // no JSON string holds one: the value was cut
          return at
        }
      }
    }
    return bytes.length
  }

  /** Up to the next byte that is not simply a part of the string. */
  #readPlain(bytes: Uint8Array, from: number): number {
    if (this.#string === 'counted') return this.#count(bytes, from)
    const end = endOfPlain(bytes, from)
    if (this.#string === 'word') {
      const room = Math.max(0, MAX_WORD - this.#word.length)
      this.#word += latin1Of(bytes, from, Math.min(end, from + room))
    } else if (this.#string === 'key') {
      const isWhole = this.#keyLength === 0 && bytes[end] === QUOTE
      this.#candidates = isWhole
        ? named(this.#candidates, bytes, from, end)
        : matching(this.#candidates, this.#keyLength, { bytes, from, end })
      this.#keyLength += end - from
    }
    return end
  }

  #count(bytes: Uint8Array, from: number): number {
    let units = 0
    let at = from
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (byte === QUOTE || byte === BACKSLASH || byte === NEWLINE) break
      if (this.#hexLeft > 0) this.#hexLeft -= 1
      // Each character of UTF-8 has one byte that continues none; one of four bytes has two units.
      else if (byte < 0x80 || byte >= 0xc0) units += byte >= 0xf0 ? 2 : 1
    }
    this.#characters += units
    return at
  }

  #readEscaped(byte: number): void {
    this.#isEscaped = false
    if (this.#string === 'word' && this.#word.length < MAX_WORD) this.#word += String.fromCharCode(BACKSLASH, byte)
    if (this.#string === 'key') this.#candidates = NONE // no watched key has an escape
    if (this.#string !== 'counted') return
    this.#characters += 1
    if (byte === UNICODE_ESCAPE) this.#hexLeft = 4
  }

  #endString(): void {
    if (this.#string === 'key') this.#endKey(this.#candidates.find(({ key }) => key.length === this.#keyLength)?.node)
    else if (this.#string === 'word' && this.#node) this.#onWord(this.#node.path, this.#word)
    this.#isInString = false
    this.#hexLeft = 0
  }

  #reset(): void {
    this.#isInString = false
    this.#isEscaped = false
    this.#hexLeft = 0
    this.#depth = 0
    this.#captured = undefined
    this.#isLineEmpty = false
    this.#bare = ''
    this.#startLine()
  }
}

function newNode(path: string): Node {
  return { path, isObject: false, isString: false, isWord: false, isGroup: false, children: [] }
}

function nodeAt(root: Node, path: string): Node {
  let node = root
  for (const name of path.split('.')) {
    const key = Buffer.from(name)
    let child = node.children.find((one) => key.equals(one.key))
    if (child === undefined) {
      const childPath = node.path === '' ? name : `${node.path}.${name}`
      child = { key, node: newNode(childPath), alone: [] }
      child.alone.push(child)
      node.children.push(child)
    }
    node = child.node
  }
  return node
}

function endOfPlain(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE || byte === BACKSLASH || byte === NEWLINE) return at
  }
  return bytes.length
}

/** Without a copy of them, as one of a view would be. */
function latin1Of(bytes: Uint8Array, from: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString('latin1')
}

const NONE: Node['children'] = []

/** The child whose key is these bytes, where they have come in one piece, as most do. */
function named(children: readonly Child[], bytes: Uint8Array, from: number, end: number): Child[] {
  const length = end - from
  for (const { key, alone } of children) {
    if (key.length !== length) continue
    let same = 0
    while (same < length && key[same] === bytes[from + same]) same++
    if (same === length) return alone
  }
  return NONE
}

/** The children whose key goes on, behind its first `done` bytes, with these. Most keys are none of them. */
function matching(children: Node['children'], done: number, run: Run): Node['children'] {
  for (const child of children)
    if (continues(child.key, done, run)) return children.filter(({ key }) => continues(key, done, run))
  return NONE
}

function continues(key: Uint8Array, done: number, { bytes, from, end }: Run): boolean {
  if (done + end - from > key.length) return false
  for (let at = from; at < end; at++) if (key[done + at - from] !== bytes[at]) return false
  return true
}

interface Run {
  bytes: Uint8Array
  from: number
  end: number
}

const DATA = Buffer.from('data:')

/** Whether a line begins as most do. */
function isDataAt(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < DATA.length; index++) if (bytes[at + index] !== DATA[index]) return false
  return true
}

/** A value is behind `data:`, or bare, as in a JSON array. */
function isDataField(field: string): boolean {
  return field === 'data' || field === ''
}
