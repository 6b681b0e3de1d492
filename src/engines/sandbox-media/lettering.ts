/**
 * Capital letters drawn as strokes, so that a cover's words do not depend on the fonts of the machine. Points lie on a grid
 * of 0–4 by 0–6, y downwards; a space parts the strokes.
 */
// biome-ignore format: a table reads better in rows
const STROKES: Readonly<Record<string, string>> = {
  A: '062046 1434', B: '06003041423303 3344453606', C: '4130100105163645', D: '06003041453606', E: '40000646 0333',
  F: '400006 0333', G: '4130100105163645 4323 4345', H: '0006 4046 0343', I: '1030 2026 1636', J: '4045361605',
  K: '0006 400346', L: '000646', M: '0600234046', N: '06004640', O: '103041453616050110', P: '06003041423303',
  Q: '103041453616050110 2446', R: '06003041423303 2346', S: '413010010213334445361605', T: '0040 2026',
  U: '000516364540', V: '002640', W: '0016233640', X: '0046 4006', Y: '002340 2326', Z: '00400646',
  0: '103041453616050110 0541', 1: '112026 1636', 2: '01103041420646', 3: '01103041423313334445361605',
  4: '36300444', 5: '400003334445361605', 6: '413010010516364544331304', 7: '004026',
  8: '103041423313020110 1304051636454433', 9: '051636454130100102133342', '-': '1333', '–': '0343', '—': '0343',
  '.': '2526', '…': '0506 2526 4546', ',': '2516', "'": '2011', '’': '2011', '!': '2024 2526',
  '?': '01103041422324 2526', '&': '460211203102 0205163644', '(': '30212536', '[': '30101636', ')': '10212516',
  ']': '10303616', ':': '2122 2425', '/': '0640', '+': '2125 0343', '#': '1016 3036 0242 0444', '"': '1011 3031',
  ' ': '',
}

const ADVANCE = 5.4

/** Can all of the text be drawn? */
export const isDrawable = (text: string): boolean =>
  [...text.toUpperCase()].every((sign) => STROKES[sign] !== undefined)

/** The width of a line in units of its height. */
export const widthOf = (text: string): number => ([...text].length * ADVANCE - 1.4) / 6

/** SVG path data for one line whose top left corner is at x, y. */
export function lettersPath(text: string, x: number, y: number, height: number): string {
  const unit = height / 6
  return [...text.toUpperCase()]
    .map((sign, index) => {
      const left = x + index * ADVANCE * unit
      return (STROKES[sign] ?? '')
        .split(' ')
        .filter((stroke) => stroke !== '')
        .map((stroke) => strokePath(stroke, left, y, unit))
        .join('')
    })
    .join('')
}

function strokePath(stroke: string, left: number, top: number, unit: number): string {
  const points = stroke.match(/\d\d/g) ?? []
  return points
    .map((point, index) => {
      const x = left + Number(point[0]) * unit
      const y = top + Number(point[1]) * unit
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}
