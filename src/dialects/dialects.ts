import type { Dialect } from './dialect.ts'
import { piapi } from './piapi/routes.ts'
import { suno } from './suno/routes.ts'

/** Every protocol that we speak; adding one is a folder and a line here. */
export const dialects: readonly Dialect[] = [piapi, suno]
