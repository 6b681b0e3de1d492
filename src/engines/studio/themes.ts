import { birthday } from './lyric-bank/birthday.ts'
import { city } from './lyric-bank/city.ts'
import { courage } from './lyric-bank/courage.ts'
import { dance } from './lyric-bank/dance.ts'
import { epic } from './lyric-bank/epic.ts'
import { faith } from './lyric-bank/faith.ts'
import { family } from './lyric-bank/family.ts'
import { freedom } from './lyric-bank/freedom.ts'
import { friends } from './lyric-bank/friends.ts'
import { ghosts } from './lyric-bank/ghosts.ts'
import { grief } from './lyric-bank/grief.ts'
import { heartbreak } from './lyric-bank/heartbreak.ts'
import { journey } from './lyric-bank/journey.ts'
import { kitchen } from './lyric-bank/kitchen.ts'
import { love } from './lyric-bank/love.ts'
import { lullaby } from './lyric-bank/lullaby.ts'
import { machines } from './lyric-bank/machines.ts'
import { morning } from './lyric-bank/morning.ts'
import { music } from './lyric-bank/music.ts'
import { nature } from './lyric-bank/nature.ts'
import { pet } from './lyric-bank/pet.ts'
import { petLoss } from './lyric-bank/pet-loss.ts'
import { rain } from './lyric-bank/rain.ts'
import { road } from './lyric-bank/road.ts'
import { sea } from './lyric-bank/sea.ts'
import { space } from './lyric-bank/space.ts'
import { summer } from './lyric-bank/summer.ts'
import { winter } from './lyric-bank/winter.ts'
import { work } from './lyric-bank/work.ts'
import { youth } from './lyric-bank/youth.ts'
import type { Theme } from './theme.ts'

/** A subject that comes first wins where a prompt touches two alike. */
export const THEMES = {
  rain,
  journey,
  road,
  love,
  heartbreak,
  birthday,
  epic,
  petLoss,
  pet,
  morning,
  city,
  sea,
  summer,
  winter,
  space,
  machines,
  family,
  faith,
  friends,
  lullaby,
  work,
  nature,
  grief,
  courage,
  dance,
  kitchen,
  youth,
  ghosts,
  freedom,
  music,
} as const satisfies Record<string, Theme>
