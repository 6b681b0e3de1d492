import type { Random } from '../random.ts'
import { mixed, type Palette } from './palettes.ts'

/** The side of the square in which covers are drawn. */
export const SIZE = 1024

export interface Art {
  random: Random
  palette: Palette
  /** 0 calm … 1 wild. */
  energy: number
}

/** Where a composition leaves room for letters. */
export type Place = 'head' | 'foot' | 'centre' | 'corner'

export interface Composition {
  name: string
  /** SVG elements that cover the whole square. */
  draw(art: Art): string
  places: readonly [Place, ...Place[]]
}

const full = (fill: string): string => `<rect width="${SIZE}" height="${SIZE}" fill="${fill}"/>`
const circle = (x: number, y: number, radius: number, paint: string): string =>
  `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${Math.max(0, radius).toFixed(1)}" ${paint}/>`
const fill = (colour: string, opacity = 1): string =>
  opacity === 1 ? `fill="${colour}"` : `fill="${colour}" fill-opacity="${opacity.toFixed(2)}"`
const stroke = (colour: string, width: number): string =>
  `fill="none" stroke="${colour}" stroke-width="${width.toFixed(1)}"`
const many = (count: number, draw: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => draw(index)).join('')

function downwards(id: string, ...colours: string[]): string {
  const stops = colours.map(
    (colour, index) => `<stop offset="${index / (colours.length - 1)}" stop-color="${colour}"/>`,
  )
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops.join('')}</linearGradient>`
}

/** A curve of slow waves, about -1 to 1. */
function wave(random: Random): (at: number) => number {
  const parts = [1, 2.3, 4.1, 7.7].map((rate) => ({
    rate: rate * random.between(0.7, 1.3),
    phase: random.between(0, 6.28),
  }))
  return (at) =>
    parts.reduce((sum, { rate, phase }, index) => sum + Math.sin(at * rate * 6.28 + phase) / (index + 1.4), 0) / 1.8
}

/** A closed soft shape around a point. */
function blob(random: Random, x: number, y: number, radius: number, wild: number): string {
  const corners = 7
  const points = Array.from({ length: corners }, (_, index) => {
    const angle = (index / corners) * 2 * Math.PI
    const far = radius * random.between(1 - wild, 1 + wild)
    return [x + far * Math.cos(angle), y + far * Math.sin(angle)] as const
  })
  const at = (index: number): readonly [number, number] => points[(index + corners) % corners] ?? [x, y]
  const curves = points.map((_, index) => {
    const [before, here, next, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)]
    const handle = (
      one: readonly [number, number],
      from: readonly [number, number],
      to: readonly [number, number],
      sign: number,
    ): string =>
      `${(one[0] + (sign * (to[0] - from[0])) / 6).toFixed(0)} ${(one[1] + (sign * (to[1] - from[1])) / 6).toFixed(0)}`
    return `C${handle(here, before, next, 1)} ${handle(next, here, after, -1)} ${next[0].toFixed(0)} ${next[1].toFixed(0)}`
  })
  return `M${at(0)[0].toFixed(0)} ${at(0)[1].toFixed(0)}${curves.join('')}Z`
}

/** Clouds of colour that run into each other. */
const clouds: Composition = {
  name: 'clouds',
  places: ['centre', 'foot', 'head', 'corner'],
  draw({ random, palette: { ground, shades, accent }, energy }) {
    const colours = [shades[0], shades[1], accent, shades[1], shades[2], accent, shades[0]]
    const gradients = colours.map(
      (colour, index) =>
        `<radialGradient id="c${index}"><stop offset="0" stop-color="${colour}" stop-opacity="0.95"/><stop offset="0.45" stop-color="${colour}" stop-opacity="0.55"/><stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient>`,
    )
    const spots = colours.map((_, index) => {
      const [x, y] = [random.integer(-60, SIZE + 60), random.integer(-60, SIZE + 60)]
      const turn = random.integer(0, 180)
      return `<ellipse cx="${x}" cy="${y}" rx="${random.integer(380, 700)}" ry="${random.integer(180, 420)}" transform="rotate(${turn} ${x} ${y})" fill="url(#c${index})"/>`
    })
    const ring = random.chance(0.3 + 0.4 * energy)
      ? circle(512, 512, random.integer(250, 360), `${stroke(shades[2], random.integer(2, 5))} stroke-opacity="0.85"`)
      : ''
    return `<defs>${gradients.join('')}</defs>${full(ground)}${spots.join('')}${ring}`
  },
}

/** A low sun behind ridges that fade with their distance. */
const ridges: Composition = {
  name: 'ridges',
  places: ['head', 'foot', 'corner'],
  draw({ random, palette: { ground, shades, accent }, energy }) {
    const [x, y] = [random.integer(230, 794), random.integer(330, 470)]
    const radius = random.integer(110, 210)
    const isSliced = random.chance(0.3 + energy / 3)
    const slices = isSliced
      ? many(
          6,
          (index) =>
            `<rect x="${x - radius}" y="${(y + radius * (index / 6 - 0.05)).toFixed(0)}" width="${2 * radius}" height="${4 + index * 4}" fill="${shades[1]}"/>`,
        )
      : ''
    const rows = many(6, (row) => {
      const shape = wave(random)
      const base = 500 + row * 88
      const height = (34 + 60 * energy) * (1 + row * 0.22)
      const points = Array.from(
        { length: 65 },
        (_, step) => `${step * 16} ${(base - height * shape(step / 64) - 10 * shape(step / 9)).toFixed(0)}`,
      )
      return `<path d="M0 ${SIZE}L${points.join('L')}L${SIZE} ${SIZE}Z" fill="${mixed(shades[1], ground, 0.2 + row * 0.16)}"/>`
    })
    return `<defs>${downwards('sky', mixed(ground, shades[0], 0.6), shades[1])}</defs>${full('url(#sky)')}${circle(x, y, radius, fill(accent))}${slices}${rows}`
  },
}

/** Lines of a landscape or a signal, each in front of the ones behind it. */
const signals: Composition = {
  name: 'signals',
  places: ['foot'],
  draw({ random, palette: { ground, shades, accent }, energy }) {
    const rows = 34
    const [middle, spread] = [random.between(0.4, 0.6), random.between(0.12, 0.22)]
    const lines = many(rows, (row) => {
      const [shape, detail] = [wave(random), wave(random)]
      const y = 200 + (row / rows) * 470
      const points = Array.from({ length: 111 }, (_, step) => {
        const at = step / 110
        const hill = Math.exp(-(((at - middle) / spread) ** 2))
        const rise = hill * (70 + 70 * energy) * Math.abs(shape(at * 1.6) + 0.6 * detail(at * 5)) + 3 * detail(at * 3)
        return `${(112 + at * 800).toFixed(1)} ${(y - rise).toFixed(1)}`
      })
      const colour = row % 11 === 5 ? accent : shades[2]
      return `<path d="M${points.join('L')}" fill="${ground}" stroke="${colour}" stroke-width="3.2" stroke-linejoin="round"/>`
    })
    return full(ground) + lines
  },
}

/** Tiles of quarter circles, discs and bars. */
const tiles: Composition = {
  name: 'tiles',
  places: ['foot', 'head'],
  draw({ random, palette: { ground, shades, accent }, energy }) {
    const count = energy > 0.55 ? 5 : 4
    const side = SIZE / count
    const colours = [ground, shades[0], shades[1], shades[2], accent] as const
    const cells = many(count * count, (index) => {
      const [x, y] = [(index % count) * side, Math.floor(index / count) * side]
      const under = random.pick(colours)
      const over = random.pick(colours.filter((colour) => colour !== under) as [string, ...string[]])
      const dot = random.pick(colours.filter((colour) => colour !== over) as [string, ...string[]])
      const quarter = `<path d="M0 0H${side}A${side} ${side} 0 0 1 0 ${side}Z" ${fill(over)}/>`
      const inside = random.pick([
        quarter,
        `${quarter}<path d="M0 0H${side / 2}A${side / 2} ${side / 2} 0 0 1 0 ${side / 2}Z" ${fill(dot)}/>`,
        `<path d="M0 0H${side}A${side / 2} ${side / 2} 0 0 1 0 0Z" ${fill(over)}/>`,
        circle(side / 2, side / 2, side * 0.36, fill(over)),
        circle(side / 2, side / 2, side * 0.36, fill(over)) + circle(side / 2, side / 2, side * 0.15, fill(dot)),
        many(4, (bar) => `<rect x="0" y="${(bar * side) / 4}" width="${side}" height="${side / 8}" ${fill(over)}/>`),
        `<path d="M0 0L${side} ${side}H0Z" ${fill(over)}/>`,
      ])
      const turn = random.integer(0, 3) * 90
      return `<g transform="translate(${x} ${y})"><rect width="${side + 1}" height="${side + 1}" ${fill(under)}/><g transform="rotate(${turn} ${side / 2} ${side / 2})">${inside}</g></g>`
    })
    return full(ground) + cells
  },
}

/** Grooves of a record, cut by the edge, with a disc and its shadow. */
const grooves: Composition = {
  name: 'grooves',
  places: ['head', 'foot', 'corner'],
  draw({ random, palette: { ground, shades, accent }, energy }) {
    const [x, y] = random.pick<readonly [number, number]>([
      [512, 560],
      [1024, 620],
      [0, 600],
      [512, 1024],
    ])
    const rings = 20
    const outer = random.integer(560, 760)
    const lines = many(rings, (ring) => {
      const radius = outer * (1 - ring / rings)
      const colour = ring % 5 === 0 ? accent : mixed(shades[1], shades[2], ring / rings)
      const gap = random.between(0.4, 1 + energy) * radius
      return circle(
        x,
        y,
        radius,
        `${stroke(colour, random.pick([3, 3, 8, 16]))} stroke-linecap="round" stroke-dasharray="${(radius * random.between(1.5, 5)).toFixed(0)} ${gap.toFixed(0)}" transform="rotate(${random.integer(0, 359)} ${x} ${y})"`,
      )
    })
    const disc = circle(x, y, outer * 0.22, fill(accent)) + circle(x, y, outer * 0.05, fill(ground))
    return `<defs>${downwards('back', ground, mixed(ground, shades[0], 0.8))}</defs>${full('url(#back)')}${lines}${disc}`
  },
}

/** A head and shoulders in two lights, without a face. */
const portrait: Composition = {
  name: 'portrait',
  places: ['foot', 'head', 'corner'],
  draw({ random, palette: { ground, shades, accent } }) {
    const x = random.integer(430, 594)
    const lean = random.integer(-8, 8)
    const halo = circle(x + random.integer(-60, 60), 430, random.integer(290, 380), fill(shades[1]))
    const head = `<path d="M${x - 128} 400C${x - 128} 215 ${x + 128} 215 ${x + 128} 400C${x + 128} 520 ${x + 70} 600 ${x} 600C${x - 70} 600 ${x - 128} 520 ${x - 128} 400Z" ${fill(accent)}/>`
    const neck = `<path d="M${x - 62} 540H${x + 62}V690H${x - 62}Z" ${fill(mixed(accent, ground, 0.35))}/>`
    const body = `<path d="M${x - 340} ${SIZE}C${x - 330} 760 ${x - 180} 690 ${x - 62} 664Q${x} 720 ${x + 62} 664C${x + 180} 690 ${x + 330} 760 ${x + 340} ${SIZE}Z" ${fill(shades[2])}/>`
    const half = `<path d="M${x} 250C${x + 128} 250 ${x + 128} 300 ${x + 128} 400C${x + 128} 520 ${x + 70} 600 ${x} 600C${x + 40} 520 ${x - 46} 450 ${x} 400C${x + 22} 360 ${x - 20} 310 ${x} 250Z" ${fill(mixed(accent, shades[0], 0.55))}/>`
    const hair = `<path d="${blob(random, x, 285, 175, 0.22)}" ${fill(shades[0])}/>`
    const over = random.pick([
      `<rect x="${x - 210}" y="372" width="420" height="62" ${fill(ground)}/>`,
      circle(x + 60, 395, 74, fill(shades[1])) + circle(x + 60, 395, 30, fill(ground)),
      many(
        7,
        (index) => `<path d="M${x - 240} ${330 + index * 40}q60 -26 120 0t120 0t120 0t120 0" ${stroke(ground, 9)}/>`,
      ),
      `<path d="${blob(random, x + 20, 400, 96, 0.3)}" ${fill(ground)}/><path d="${blob(random, x + 30, 392, 52, 0.3)}" ${fill(shades[1])}/>`,
    ])
    const dots = many(14, () =>
      circle(random.integer(0, SIZE), random.integer(0, 620), random.between(3, 9), fill(shades[2], 0.8)),
    )
    return `${full(ground)}${dots}${halo}<g transform="rotate(${lean} ${x} 600)">${hair}${neck}${head}${half}${over}</g>${body}`
  },
}

/** Cut paper. */
const cuttings: Composition = {
  name: 'cuttings',
  places: ['head', 'foot', 'centre'],
  draw({ random, palette: { ground, shades, accent }, energy }) {
    const panels = many(
      3,
      (index) =>
        `<rect x="${random.integer(-40, 120) + index * 350}" y="${random.integer(-60, 60)}" width="${random.integer(300, 380)}" height="${random.integer(620, 1100)}" ${fill(random.pick([shades[0], mixed(ground, shades[0], 0.5), mixed(shades[0], shades[1], 0.5)]))}/>`,
    )
    const leaf = (x: number, y: number, size: number, turn: number, colour: string): string => {
      const fingers = many(
        7,
        (index) =>
          `<ellipse cx="0" cy="${(-size * 0.55).toFixed(0)}" rx="${(size * 0.12).toFixed(0)}" ry="${(size * 0.46).toFixed(0)}" transform="rotate(${index * 34 - 102})"/>`,
      )
      return `<g transform="translate(${x} ${y}) rotate(${turn})" ${fill(colour)}>${fingers}<circle r="${(size * 0.24).toFixed(0)}"/></g>`
    }
    const shapes = many(5 + Math.round(energy * 4), (index) => {
      const [x, y] = [random.integer(90, 934), random.integer(90, 934)]
      const colour = [shades[1], accent, shades[2], shades[1], mixed(accent, shades[1], 0.5)][index % 5] ?? accent
      return random.chance(0.5)
        ? leaf(x, y, random.integer(110, 240), random.integer(0, 359), colour)
        : `<path d="${blob(random, x, y, random.integer(70, 190), 0.38)}" ${fill(colour)}/>`
    })
    return full(ground) + panels + shapes
  },
}

/** Dots of a coarse print, large where the picture is dark. */
const halftone: Composition = {
  name: 'halftone',
  places: ['foot', 'head', 'corner'],
  draw({ random, palette: { ground, shades, accent }, energy }) {
    const step = 22
    const [x, y] = [random.integer(360, 664), random.integer(380, 560)]
    const radius = random.integer(280, 400)
    const [light, turn] = [random.between(0, 6.28), random.integer(-45, 45)]
    const bend = wave(random)
    let dots = ''
    for (let row = -24; row < 72; row++)
      for (let column = -24; column < 72; column++) {
        const angle = (turn * Math.PI) / 180
        const [across, down] = [(column - 24) * step, (row - 24) * step]
        const [px, py] = [
          512 + across * Math.cos(angle) - down * Math.sin(angle),
          512 + across * Math.sin(angle) + down * Math.cos(angle),
        ]
        if (px < -step || py < -step || px > SIZE + step || py > SIZE + step) continue
        const far = Math.hypot(px - x, py - y) / radius
        const shade =
          far < 1
            ? 0.5 + (0.5 * ((px - x) * Math.cos(light) + (py - y) * Math.sin(light))) / radius
            : 0.16 + 0.1 * bend(px / 900 + py / 1400)
        const size = step * 0.66 * Math.sqrt(Math.max(0, shade))
        if (size > 1.2) dots += circle(px, py, size, '')
      }
    const back = random.chance(0.5)
      ? circle(x + 70 * (1 + energy), y + 60, radius, fill(accent))
      : `<rect x="0" y="${y}" width="${SIZE}" height="${SIZE}" ${fill(accent)}/>`
    return `${full(ground)}${back}<g ${fill(mixed(shades[1], shades[2], 0.75))}>${dots}</g>`
  },
}

/** Stripes bent as if something lay beneath them. */
const stripes: Composition = {
  name: 'stripes',
  places: ['corner', 'foot', 'centre'],
  draw({ random, palette: { ground, shades, accent }, energy }) {
    const [x, y, radius] = [random.integer(340, 684), random.integer(340, 620), random.integer(220, 340)]
    const count = 26 + Math.round(energy * 14)
    const width = (SIZE * 1.3) / count
    const turn = random.integer(-40, 40)
    const push = random.between(50, 110)
    const lines = many(count, (index) => {
      const base = -150 + index * width
      const points = Array.from({ length: 72 }, (_, step) => {
        const down = -160 + step * 19
        const near = Math.exp(-(((base - x) ** 2 + (down - y) ** 2) / (radius * radius)))
        return `${(base + push * near * Math.sin((down - y) / 90) + ((base - x) / radius) * 120 * near).toFixed(0)} ${down}`
      })
      const colour = index % 9 === 4 ? accent : mixed(shades[1], shades[2], (index % 5) / 5)
      return `<path d="M${points.join('L')}" ${stroke(colour, width * 0.48)}/>`
    })
    return `${full(ground)}<g transform="rotate(${turn} 512 512)">${lines}</g>`
  },
}

/** Stems and leaves before a moon. */
const garden: Composition = {
  name: 'garden',
  places: ['head', 'foot'],
  draw({ random, palette: { ground, shades, accent } }) {
    const moon = circle(random.integer(300, 724), random.integer(280, 430), random.integer(150, 250), fill(accent))
    const stems = many(9, (index) => {
      const x = 60 + index * 113 + random.integer(-40, 40)
      const height = random.integer(380, 800)
      const sway = random.integer(-120, 120)
      const colour = random.pick([
        shades[1],
        shades[2],
        mixed(shades[0], shades[1], 0.5),
        mixed(shades[1], ground, 0.3),
      ])
      const leaves = many(Math.floor(height / 62), (leaf) => {
        const share = (leaf + 1.4) / (height / 62 + 1.5)
        const [px, py] = [x + sway * share * share, SIZE + 20 - height * share]
        const size = 62 * (1.15 - share * 0.75)
        const side = leaf % 2 === 0 ? 1 : -1
        return `<path d="M${px.toFixed(0)} ${py.toFixed(0)}q${(side * size * 0.5).toFixed(0)} ${(-size).toFixed(0)} ${(side * size * 1.5).toFixed(0)} ${(-size * 0.7).toFixed(0)}q${(-side * size * 0.5).toFixed(0)} ${(size * 0.9).toFixed(0)} ${(-side * size * 1.5).toFixed(0)} ${(size * 0.7).toFixed(0)}Z"/>`
      })
      const top = random.chance(0.55)
        ? many(
            6,
            (petal) =>
              `<ellipse cx="${x + sway}" cy="${SIZE - height - 22}" rx="13" ry="30" transform="rotate(${petal * 60} ${x + sway} ${SIZE + 6 - height})"/>`,
          )
        : ''
      return `<g ${fill(colour)}><path d="M${x} ${SIZE + 20}Q${x + sway * 0.1} ${SIZE - height / 2} ${x + sway} ${SIZE + 10 - height}" ${stroke(colour, 6)}/>${leaves}${top}</g>`
    })
    return `<defs>${downwards('air', mixed(ground, shades[0], 0.75), ground)}</defs>${full('url(#air)')}${moon}${stems}`
  },
}

/** Arches within arches, stairs and long shadows. */
const arches: Composition = {
  name: 'arches',
  places: ['head', 'corner', 'foot'],
  draw({ random, palette: { ground, shades, accent } }) {
    const columns = random.pick([1, 2, 3])
    const width = 860 / columns
    const doors = many(columns, (column) => {
      const x = 82 + column * width
      const depth = columns === 1 ? 6 : 4
      return many(depth, (ring) => {
        const inset = (ring * width) / (depth * 2.4) + width * 0.03
        const [left, right] = [x + inset, x + width - inset]
        const radius = (right - left) / 2
        const top = 330 + radius * 0.3 + ring * (columns === 1 ? 18 : 26) + (columns === 1 ? 120 : 0)
        const colour =
          [shades[0], shades[1], accent, mixed(shades[1], shades[2], 0.6), shades[2], ground][(ring + column) % 6] ??
          accent
        return `<path d="M${left.toFixed(0)} 880V${top.toFixed(0)}A${radius.toFixed(0)} ${radius.toFixed(0)} 0 0 1 ${right.toFixed(0)} ${top.toFixed(0)}V880Z" ${fill(colour)}/>`
      })
    })
    const steps = many(
      4,
      (step) =>
        `<rect x="${40 - step * 40}" y="${880 + step * 36}" width="${SIZE - 80 + step * 80}" height="40" ${fill(mixed(shades[2], ground, 0.15 + step * 0.2))}/>`,
    )
    const sun = circle(random.integer(180, 844), random.integer(120, 220), random.integer(44, 90), fill(accent))
    return `<defs>${downwards('wall', mixed(ground, shades[0], 0.35), mixed(ground, shades[0], 0.9))}</defs>${full('url(#wall)')}${sun}${doors}${steps}`
  },
}

/** Few large forms in balance. */
const poster: Composition = {
  name: 'poster',
  places: ['foot', 'corner', 'head'],
  draw({ random, palette: { ground, shades, accent }, energy }) {
    const angle = random.pick([-45, -30, 30, 45])
    const [x, y] = [random.integer(330, 694), random.integer(300, 520)]
    const radius = random.integer(200, 320)
    const beams = many(
      3 + Math.round(energy * 5),
      (index) =>
        `<rect x="${(index * 88 - 40).toFixed(0)}" y="-600" width="${random.integer(16, 54)}" height="2200" ${fill(index % 2 === 0 ? shades[1] : shades[2])}/>`,
    )
    return `<defs><clipPath id="disc">${circle(x, y, radius, '')}</clipPath></defs>${full(ground)}<g transform="rotate(${angle} 512 512)">${beams}</g>${circle(x, y, radius, fill(accent))}<g clip-path="url(#disc)"><g transform="rotate(${angle + 90} ${x} ${y})">${many(9, (index) => `<rect x="${x - radius + index * 74}" y="${y - radius - 20}" width="26" height="${radius * 2 + 40}" ${fill(shades[0])}/>`)}</g></g>${circle(random.integer(120, 904), random.integer(640, 800), random.integer(40, 90), fill(shades[2]))}`
  },
}

export const COMPOSITIONS: readonly [Composition, ...Composition[]] = [
  clouds,
  portrait,
  signals,
  tiles,
  ridges,
  halftone,
  garden,
  grooves,
  arches,
  cuttings,
  stripes,
  poster,
]
