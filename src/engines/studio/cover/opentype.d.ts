/** What covers use of opentype.js, which has no types. Those of @types/opentype.js bring in the types of browsers. */
declare module 'opentype.js' {
  export type PathCommand =
    | { type: 'M' | 'L'; x: number; y: number }
    | { type: 'C'; x1: number; y1: number; x2: number; y2: number; x: number; y: number }
    | { type: 'Q'; x1: number; y1: number; x: number; y: number }
    | { type: 'Z' }

  export interface Glyph {
    advanceWidth?: number
    getPath(x: number, y: number, size: number): { commands: PathCommand[] }
  }

  export interface Font {
    unitsPerEm: number
    /** 0 for a sign that the font does not have. */
    charToGlyphIndex(sign: string): number
    charToGlyph(sign: string): Glyph
    /** In units of the font. */
    getKerningValue(left: Glyph, right: Glyph): number
  }

  const opentype: { parse(file: ArrayBuffer): Font }
  export default opentype
}
