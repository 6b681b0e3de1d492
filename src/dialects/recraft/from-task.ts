import type { Draft } from '../../core/draft.ts'
import { itemId } from '../../core/ids.ts'
import { type Points, pointsToUsd } from '../../core/points.ts'
import type { Task } from '../../core/task.ts'
import { base64Of, type FileReader, picturesOf } from '../kit/pictures.ts'
import type { Urls } from '../kit/urls.ts'
import { styleIn } from '../shared/recraft-styles.ts'
import { secondsOf } from '../shared/relay-task.ts'
import type { Tool } from './to-task.ts'

/** A thousand units are 1 USD. */
const CREDITS_PER_USD = 1_000

export function creditsOf(points: Points): number {
  return Math.round(pointsToUsd(points) * CREDITS_PER_USD)
}

/** The answer for a completed task. */
export async function fromTask(task: Task, { answers }: Pick<Tool, 'answers'>, assets: FileReader, urls: Urls) {
  const isInline = task.echo.response_format === 'b64_json'
  const images = await Promise.all(
    picturesOf(task).map(async (picture, index) => ({
      image_id: itemId(task.id, index + 1),
      ...(isInline ? { b64_json: await base64Of(picture, assets) } : { url: urls.file(picture.file) }),
    })),
  )
  const { style_id: style } = task.echo
  return {
    created: secondsOf(task.endedAt ?? task.createdAt),
    credits: creditsOf(task.consumedPoints),
    ...(answers === 'data' ? { data: images } : { image: images[0] }),
    ...(typeof style === 'string' ? { style_id: style } : {}),
  }
}

/** A style is its owner's alone. */
export function fromStyle(draft: Draft) {
  const { style, substyle } = styleIn(draft)
  return {
    id: draft.id,
    style,
    ...(substyle === null ? {} : { substyle }),
    creation_time: new Date(draft.createdAt).toISOString(),
    is_private: true,
  }
}
