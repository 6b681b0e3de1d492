import type { Task } from '../../core/task.ts'
import { base64Of, type FileReader, picturesOf } from '../kit/pictures.ts'
import type { Urls } from '../kit/urls.ts'
import type { PICTURE_FORMS } from './at-once.ts'
import { baseResp } from './errors.ts'

/** The answer for finished pictures. The counts are text at MiniMax, too. */
export async function fromPictures(
  task: Task,
  form: (typeof PICTURE_FORMS)[number],
  { assets, urls }: { assets: FileReader; urls: Urls },
) {
  const pictures = picturesOf(task)
  const held = Math.max(0, Number(task.input.n) - pictures.length)
  const data =
    form === 'url'
      ? { image_urls: pictures.map(({ file }) => urls.file(file)) }
      : { image_base64: await Promise.all(pictures.map((picture) => base64Of(picture, assets))) }
  const metadata = { success_count: String(pictures.length), failed_count: String(held) }
  return { id: task.id, data, metadata, ...baseResp() }
}
