import { flux } from './flux.ts'
import { gemini } from './gemini.ts'
import { hosted } from './hosted.ts'
import { ideogram } from './ideogram.ts'
import { kling } from './kling.ts'
import { luma } from './luma.ts'
import { midjourney } from './midjourney.ts'
import { minimax } from './minimax.ts'
import { openModels } from './open-models.ts'
import { openai } from './openai.ts'
import { recraft } from './recraft.ts'
import { runway } from './runway.ts'
import { seedance } from './seedance.ts'
import { shared } from './shared.ts'
import { songs } from './songs.ts'
import { speech } from './speech.ts'
import { tools } from './tools.ts'

export { zhLabels } from './labels.ts'

/** The descriptions of the operations' fields, by their English texts. */
export const zhDescriptions: Readonly<Record<string, string>> = {
  ...shared,
  ...songs,
  ...speech,
  ...flux,
  ...gemini,
  ...openai,
  ...ideogram,
  ...recraft,
  ...midjourney,
  ...kling,
  ...luma,
  ...runway,
  ...minimax,
  ...seedance,
  ...openModels,
  ...tools,
  ...hosted,
}
