import type { multiFaceSwap } from '../../catalog/faceswap.ts'
import type { InputOf } from '../../catalog/operation.ts'
import type { PictureSize, PictureSizes, VideoSize } from '../../core/picture-sizes.ts'
import type { Choice, Workshop } from '../../engines/workshop/workshop.ts'
import type { Job, Submitted, TaskRequest } from '../provider.ts'

export type Request = Pick<TaskRequest, 'operation' | 'input'>

/** What the tools need to know of the gateway. */
export interface Settings {
  /** Multiplies the time that an operation allows. */
  taskTimeFactor: number
}

/** How one operation is performed here, and on what inputs it is not. */
export interface Tool {
  perform(workshop: Workshop, job: Job, signal: AbortSignal, settings: Settings): Promise<Submitted>
  refuses?(request: Request): string | undefined
  /** The field of the picture or video that is worked on. */
  worksOn: 'image' | 'image_url' | 'target_image' | 'video' | 'target_video'
  /** What else is wrong with the sizes, by the path of the field; `own` is that of the file that is worked on. */
  refusesSizes?(request: Request, own: PictureSize | VideoSize, sizes: PictureSizes): FieldFault | undefined
}

export interface FieldFault {
  field: string
  rule: string
}

export function faultAt(field: string, rule: string | undefined): FieldFault | undefined {
  return rule === undefined ? undefined : { field, rule }
}

export async function fileOf(job: Job, reference: string, signal: AbortSignal): Promise<Uint8Array> {
  return (await job.file(reference, signal)).bytes
}

/** Which faces the lists of an input name; without any number, all. */
export function choiceOf({
  swap_faces_index: from,
  target_faces_index: to,
}: Pick<InputOf<typeof multiFaceSwap>, 'swap_faces_index' | 'target_faces_index'>): Exclude<Choice, 'largest'> {
  return { ...numbersOf('from', from), ...numbersOf('to', to) }
}

/** A list such as "0,1". */
function numbersOf<Key extends 'from' | 'to'>(key: Key, list = ''): { [One in Key]?: number[] } {
  const numbers = list.split(',').flatMap((number) => (number.trim() === '' ? [] : [Number(number)]))
  return numbers.length === 0 ? {} : ({ [key]: numbers } as { [One in Key]?: number[] })
}
