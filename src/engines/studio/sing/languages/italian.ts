import { accentedSyllable, bySpelling } from './spelling.ts'

const LIGHT = new Set(
  'a ai al alla che ci con da dal dei del della di e ed gli i il in la le lo ma mi ne nel nella non o per se si su ti un una'.split(
    ' ',
  ),
)
const GROUPS = /[iu](?=[aeoàèéòó])[aeoàèéòó][iu]?|[aeoàèéòó][iu](?![aeoàèéòóìù])|[aeiouàèéìòóù]/gu

/** Italian by the phones of English. Doubled consonants are sung as single ones. */
export const italian = bySpelling({
  light: LIGHT,
  stressOf(word, syllables) {
    const accented = accentedSyllable(word, /[àèéìòóù]/u, GROUPS)
    return Math.min(syllables - 1, accented ?? Math.max(0, syllables - 2))
  },
  rules: [
    [/sci(?=[aeouàèòù])/, 'sh'],
    [/sc(?=[eièéì])/, 'sh'],
    [/c?ci(?=[aeouàèòù])/, 'ch'],
    [/c?c(?=[eièéì])/, 'ch'],
    [/c?ch/, 'k'],
    [/g?gi(?=[aeouàèòù])/, 'jh'],
    [/g?g(?=[eièéì])/, 'jh'],
    [/gli(?=[aeouàèòù])/, 'l y'],
    [/gli/, 'l y iy'],
    [/gn/, 'n y'],
    [/g?gh/, 'g'],
    [/c?qu/, 'k w'],
    [/h/, ''],
    [/zz?/, 't s'],
    [/bb?/, 'b'],
    [/cc?/, 'k'],
    [/dd?/, 'd'],
    [/ff?/, 'f'],
    [/gg?/, 'g'],
    [/[jy]/, 'y'],
    [/[kq]/, 'k'],
    [/ll?/, 'l'],
    [/mm?/, 'm'],
    [/nn?/, 'n'],
    [/pp?/, 'p'],
    [/rr?/, 'r'],
    [/(?<=[aeiou])s(?=[aeiouàèéìòù])/, 'z'],
    [/ss?/, 's'],
    [/tt?/, 't'],
    [/vv?/, 'v'],
    [/w/, 'w'],
    [/x/, 'k s'],
    [/[aà]i(?![aeiou])/, 'ay'],
    [/[eèé]i(?![aeiou])/, 'ey'],
    [/[oòó]i(?![aeiou])/, 'oy'],
    [/[aà]u(?![aeiou])/, 'aw'],
    [/i(?=[aeouàèòù])/, 'y'],
    [/u(?=[aeioàèéìò])/, 'w'],
    [/[aà]/, 'aa'],
    [/[eèé]/, 'eh'],
    [/[iì]/, 'iy'],
    [/[oòó]/, 'ow'],
    [/[uù]/, 'uw'],
  ],
})
