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

/** Longer keys than this are none that is watched. */
const MAX_KEY = 64
/** A usage is some hundred bytes; what is larger is not one, and is not kept. */
const MAX_CAPTURED = 65_536
/** Deeper values are passed over with their keys unread: real answers have less than ten levels. */
const MAX_DEPTH = 64

interface Watched {
  /** Paths of objects whose JSON is kept, such as `response.usage`. An element of a list has its list's path. */
  objects: readonly string[]
  /** Paths of strings whose characters are counted. */
  strings: readonly string[]
  onObject(path: string, json: string): void
}

/**
 * Follows JSON values in a stream of bytes, one after the other, without parsing them: only the nesting and the keys, so
 * that a text of the model that looks like a usage is not taken for one. Between values, everything up to the next `{`
 * or `[` at the beginning of an event's data is passed over. The bytes may be cut anywhere.
 */
export class JsonWatcher {
  #characters = 0
  readonly #watched: Watched
  readonly #objects: ReadonlySet<string>
  readonly #strings: ReadonlySet<string>

  /** For each open level: its path, or '' for the root and for lists at the root; and whether it is an object. */
  readonly #paths: string[] = []
  readonly #isObject: boolean[] = []
  #depth = 0

  #line: 'start' | 'data' | 'other' = 'start'
  #field = ''
  #isLineEmpty = false

  #isInString = false
  #isEscaped = false
  #isKey = false
  #expectsKey = false
  #key = ''
  #hexLeft = 0
  #isCounted = false

  #capture: number[] | undefined
  #captureDepth = 0

  constructor(watched: Watched) {
    this.#watched = watched
    this.#objects = new Set(watched.objects)
    this.#strings = new Set(watched.strings)
  }

  get characters(): number {
    return this.#characters
  }

  push(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#isPassedOver(bytes, at)) at = this.#endOfString(bytes, at)
      if (at < bytes.length) this.#read(bytes[at++] as number) // within the length
    }
  }

  /** Whether nothing in the string at hand matters but its end. */
  #isPassedOver(bytes: Uint8Array, at: number): boolean {
    return (
      this.#isInString &&
      !this.#isEscaped &&
      !this.#isKey &&
      !this.#isCounted &&
      this.#capture === undefined &&
      bytes[at] !== BACKSLASH
    )
  }

  #endOfString(bytes: Uint8Array, from: number): number {
    const quote = bytes.indexOf(QUOTE, from)
    const end = quote === -1 ? bytes.length : quote
    const backslash = bytes.subarray(from, end).indexOf(BACKSLASH)
    return backslash === -1 ? end : from + backslash
  }

  #read(byte: number): void {
    if (this.#depth === 0) this.#readBetween(byte)
    else if (this.#isInString) this.#readString(byte)
    else this.#readStructure(byte)
  }

  /** Outside a value: only what follows `data:`, or a bare value, begins one; an event's name or a comment does not. */
  #readBetween(byte: number): void {
    if (byte === NEWLINE || byte === RETURN) {
      this.#line = 'start'
      this.#field = ''
    } else if (this.#line !== 'other' && (byte === OPEN_OBJECT || byte === OPEN_LIST) && isDataField(this.#field)) {
      this.#open(byte === OPEN_OBJECT)
    } else if (this.#line === 'start') {
      this.#readField(byte)
    }
  }

  #readField(byte: number): void {
    if (byte === COLON) this.#line = this.#field === 'data' ? 'data' : 'other'
    else if (byte > 0x20 && byte !== COMMA) this.#field = (this.#field + String.fromCharCode(byte)).slice(0, MAX_KEY)
  }

  #readString(byte: number): void {
    this.#keep(byte)
    if (byte === NEWLINE)
      this.#reset() // no JSON string holds one: the value was cut
    else if (this.#hexLeft > 0) this.#hexLeft -= 1
    else if (this.#isEscaped) this.#readEscaped(byte)
    else if (byte === BACKSLASH) this.#isEscaped = true
    else if (byte === QUOTE) this.#endString()
    else {
      if (this.#isKey && this.#key.length < MAX_KEY) this.#key += String.fromCharCode(byte)
      if (this.#isCounted) this.#characters += unitsOfByte(byte)
    }
  }

  #readEscaped(byte: number): void {
    this.#isEscaped = false
    this.#key += '\\' // no watched key has one
    if (!this.#isCounted) return
    this.#characters += 1
    if (byte === 0x75) this.#hexLeft = 4
  }

  #endString(): void {
    this.#isInString = false
    this.#isKey = false
    this.#isCounted = false
  }

  #readStructure(byte: number): void {
    if (byte === NEWLINE) this.#endLine()
    else if (byte > 0x20) this.#isLineEmpty = false
    if (byte === QUOTE) this.#beginString()
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#open(byte === OPEN_OBJECT)
    else {
      this.#keep(byte)
      if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.#close()
      else if (byte === COMMA) this.#expectsKey = this.#isObject[this.#depth] === true
      else if (byte === COLON) this.#expectsKey = false
    }
  }

  /** An empty line ends an event, and with it a value that was cut; in a bare value it is white space. */
  #endLine(): void {
    if (this.#isLineEmpty && this.#line === 'data') this.#reset()
    this.#isLineEmpty = true
  }

  #beginString(): void {
    this.#keep(QUOTE)
    this.#isInString = true
    this.#isKey = this.#expectsKey
    if (this.#isKey) this.#key = ''
    else this.#isCounted = this.#strings.has(this.#pathOfValue())
  }

  #open(isObject: boolean): void {
    const path = this.#depth === 0 ? '' : this.#pathOfValue()
    if (isObject && this.#capture === undefined && this.#objects.has(path)) {
      this.#capture = []
      this.#captureDepth = this.#depth
    }
    this.#keep(isObject ? OPEN_OBJECT : OPEN_LIST)
    this.#depth += 1
    if (this.#depth <= MAX_DEPTH) {
      this.#paths[this.#depth] = path
      this.#isObject[this.#depth] = isObject
    }
    this.#expectsKey = isObject
    this.#key = ''
  }

  #close(): void {
    this.#depth -= 1
    this.#expectsKey = false
    this.#key = ''
    if (this.#capture !== undefined && this.#depth === this.#captureDepth) this.#endCapture(this.#capture)
    if (this.#depth === 0) this.#reset()
  }

  #endCapture(bytes: number[]): void {
    this.#capture = undefined
    // The key of this object went with its members; the path is that of the level that has just closed.
    this.#watched.onObject(this.#paths[this.#depth + 1] ?? '', Buffer.from(bytes).toString())
  }

  #pathOfValue(): string {
    const parent = this.#paths[this.#depth] ?? ''
    if (this.#depth > MAX_DEPTH || this.#isObject[this.#depth] !== true) return parent
    return parent === '' ? this.#key : `${parent}.${this.#key}`
  }

  #keep(byte: number): void {
    if (this.#capture === undefined) return
    this.#capture.push(byte)
    if (this.#capture.length > MAX_CAPTURED) this.#capture = undefined
  }

  #reset(): void {
    this.#endString()
    this.#depth = 0
    this.#isEscaped = false
    this.#hexLeft = 0
    this.#expectsKey = false
    this.#capture = undefined
    this.#line = 'start'
    this.#field = ''
    this.#isLineEmpty = false
  }
}

/** A value stands behind `data:`, or bare, as in a JSON array. */
function isDataField(field: string): boolean {
  return field === 'data' || field === '' || field === ']'
}

/** UTF-16 units that a byte of UTF-8 begins. */
function unitsOfByte(byte: number): number {
  if (byte >= 0x80 && byte < 0xc0) return 0
  return byte >= 0xf0 ? 2 : 1
}
