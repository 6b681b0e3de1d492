import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** JoyCaption: a text that describes a picture. PiAPI's page shows only one value of each choice, so other values are accepted. */

const joycaptionBetaOne = operation({
  model: 'Qubico/joycaption',
  taskType: 'joycaption-beta-one',
  title: 'Describe a picture in words',
  input: Type.Object({
    image: mediaFile('image', 'The picture to describe.'),
    prompt_style: optionalText(64, 'Style of the text, such as Descriptive.'), // limit inferred
    caption_length: optionalText(64, 'Length of the text, such as any.'), // limit inferred
    workflow_type: optionalText(64, 'Always joycaption-beta-one, if it is sent.'), // limit inferred
  }),
  produces: { kind: 'texts', of: () => ({ count: 1 }) },
  price: () => usdToPoints(0.01),
  example: { image: 'https://example.com/harbour.jpg', prompt_style: 'Descriptive', caption_length: 'any' },
})

export const joycaption: Operation[] = [joycaptionBetaOne]
