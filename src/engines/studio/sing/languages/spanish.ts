import { accentedSyllable, bySpelling } from './spelling.ts'

const LIGHT = new Set(
  'a al con de del e el en la las le les lo los me mi mis ni o por que se si su sus te tu tus un una y'.split(' '),
)
const GROUPS = /[iu](?=[aeoáéó])[aeoáéó][iu]?|[aeoáéó][iuy](?![aeoáéóíú])|[aeiouáéíóúü]/gu

/** Spanish as it is spoken in Mexico, by the phones of English. */
export const spanish = bySpelling({
  light: LIGHT,
  stressOf(word, syllables) {
    const accented = accentedSyllable(word, /[áéíóú]/u, GROUPS)
    if (accented !== undefined) return Math.min(accented, syllables - 1)
    return /[aeiouns]$/u.test(word) ? Math.max(0, syllables - 2) : syllables - 1
  },
  rules: [
    [/ch/uy, 'ch'],
    [/ll/uy, 'y'],
    [/rr/uy, 'r'],
    [/qu(?=[eiéí])/uy, 'k'],
    [/gu(?=[eiéí])/uy, 'g'],
    [/gü/uy, 'g w'],
    [/c(?=[eiéí])/uy, 's'],
    [/g(?=[eiéí])/uy, 'hh'],
    [/h/uy, ''],
    [/ñ/uy, 'n y'],
    [/[bv]/uy, 'b'],
    [/[zsç]/uy, 's'],
    [/c/uy, 'k'],
    [/x/uy, 'k s'],
    [/j/uy, 'hh'],
    [/(?<=[^aeiouáéíóú]|^)y$/uy, 'iy'],
    [/[aá][iy](?![aeiouáéíóú])/uy, 'ay'],
    [/[eé][iy](?![aeiouáéíóú])/uy, 'ey'],
    [/[oó][iy](?![aeiouáéíóú])/uy, 'oy'],
    [/[aá]u(?![aeiouáéíóú])/uy, 'aw'],
    [/y/uy, 'y'],
    [/i(?=[aeouáéóú])/uy, 'y'],
    [/u(?=[aeioáéíó])/uy, 'w'],
    [/[aá]/uy, 'aa'],
    [/[eé]/uy, 'eh'],
    [/[ií]/uy, 'iy'],
    [/[oó]/uy, 'ow'],
    [/[uúü]/uy, 'uw'],
    [/[kq]/uy, 'k'],
    [/d/uy, 'd'],
    [/f/uy, 'f'],
    [/g/uy, 'g'],
    [/l/uy, 'l'],
    [/m/uy, 'm'],
    [/n/uy, 'n'],
    [/p/uy, 'p'],
    [/r/uy, 'r'],
    [/t/uy, 't'],
    [/w/uy, 'w'],
  ],
})
