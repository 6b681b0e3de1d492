import type { Output } from '../../../catalog/outputs.ts'
import { closed, url } from './common.ts'
import type { Form } from './form.ts'

/** Trellis: the model with its picture and turntable. Its successors write the model alone. */
export const trellisModel: Form = {
  output(task, at) {
    const { model } = task.output as Output['model'] // stored in the catalogue's shape
    return {
      no_background_image: at.file(model.picture),
      combined_video: at.file(model.turntable),
      model_file: at.file(model.file),
    }
  },
  schema: closed({ no_background_image: url, combined_video: url, model_file: url }),
}
