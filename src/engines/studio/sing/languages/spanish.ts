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
    [/ch/, 'ch'],
    [/ll/, 'y'],
    [/rr/, 'r'],
    [/qu(?=[eiéí])/, 'k'],
    [/gu(?=[eiéí])/, 'g'],
    [/gü/, 'g w'],
    [/c(?=[eiéí])/, 's'],
    [/g(?=[eiéí])/, 'hh'],
    [/h/, ''],
    [/ñ/, 'n y'],
    [/[bv]/, 'b'],
    [/[zsç]/, 's'],
    [/c/, 'k'],
    [/x/, 'k s'],
    [/j/, 'hh'],
    [/(?<=[^aeiouáéíóú]|^)y$/, 'iy'],
    [/[aá][iy](?![aeiouáéíóú])/, 'ay'],
    [/[eé][iy](?![aeiouáéíóú])/, 'ey'],
    [/[oó][iy](?![aeiouáéíóú])/, 'oy'],
    [/[aá]u(?![aeiouáéíóú])/, 'aw'],
    [/y/, 'y'],
    [/i(?=[aeouáéóú])/, 'y'],
    [/u(?=[aeioáéíó])/, 'w'],
    [/[aá]/, 'aa'],
    [/[eé]/, 'eh'],
    [/[ií]/, 'iy'],
    [/[oó]/, 'ow'],
    [/[uúü]/, 'uw'],
    [/[kq]/, 'k'],
    [/d/, 'd'],
    [/f/, 'f'],
    [/g/, 'g'],
    [/l/, 'l'],
    [/m/, 'm'],
    [/n/, 'n'],
    [/p/, 'p'],
    [/r/, 'r'],
    [/t/, 't'],
    [/w/, 'w'],
  ],
})
