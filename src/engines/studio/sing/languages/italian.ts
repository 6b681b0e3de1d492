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
    [/sci(?=[aeouàèòù])/uy, 'sh'],
    [/sc(?=[eièéì])/uy, 'sh'],
    [/c?ci(?=[aeouàèòù])/uy, 'ch'],
    [/c?c(?=[eièéì])/uy, 'ch'],
    [/c?ch/uy, 'k'],
    [/g?gi(?=[aeouàèòù])/uy, 'jh'],
    [/g?g(?=[eièéì])/uy, 'jh'],
    [/gli(?=[aeouàèòù])/uy, 'l y'],
    [/gli/uy, 'l y iy'],
    [/gn/uy, 'n y'],
    [/g?gh/uy, 'g'],
    [/c?qu/uy, 'k w'],
    [/h/uy, ''],
    [/zz?/uy, 't s'],
    [/bb?/uy, 'b'],
    [/cc?/uy, 'k'],
    [/dd?/uy, 'd'],
    [/ff?/uy, 'f'],
    [/gg?/uy, 'g'],
    [/[jy]/uy, 'y'],
    [/[kq]/uy, 'k'],
    [/ll?/uy, 'l'],
    [/mm?/uy, 'm'],
    [/nn?/uy, 'n'],
    [/pp?/uy, 'p'],
    [/rr?/uy, 'r'],
    [/(?<=[aeiou])s(?=[aeiouàèéìòù])/uy, 'z'],
    [/ss?/uy, 's'],
    [/tt?/uy, 't'],
    [/vv?/uy, 'v'],
    [/w/uy, 'w'],
    [/x/uy, 'k s'],
    [/[aà]i(?![aeiou])/uy, 'ay'],
    [/[eèé]i(?![aeiou])/uy, 'ey'],
    [/[oòó]i(?![aeiou])/uy, 'oy'],
    [/[aà]u(?![aeiou])/uy, 'aw'],
    [/i(?=[aeouàèòù])/uy, 'y'],
    [/u(?=[aeioàèéìò])/uy, 'w'],
    [/[aà]/uy, 'aa'],
    [/[eèé]/uy, 'eh'],
    [/[iì]/uy, 'iy'],
    [/[oòó]/uy, 'ow'],
    [/[uù]/uy, 'uw'],
  ],
})
