import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, requiredText, sizeOf } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/**
 * Seedream 5 and 5 Lite: pictures from text and from other pictures. PiAPI's pages on their fields were not found, so fields are those
 * that clients of Lite send, and every limit and default is inferred.
 */

const RATIOS = ['1:1', '4:3', '3:4', '16:9', '9:16', '3:2', '2:3', '21:9']
/** The side of a square picture. */
const SIDES_PX: Record<string, number> = { '2K': 2_048, '3K': 3_072 }

function seedreamOf(taskType: string, title: string, usd: number): Operation {
  return operation({
    model: 'seedream',
    taskType,
    title,
    input: Type.Object({
      prompt: requiredText(5_000, 'What the picture shows, or how the given ones are edited.'),
      negative_prompt: optionalText(5_000, 'What the picture must not show.'),
      image_urls: Type.Optional(
        Type.Array(mediaFile('image', 'A picture.'), { maxItems: 14, description: 'Pictures to edit or to combine.' }),
      ),
      aspect_ratio: Type.Enum(RATIOS, { default: '1:1', description: 'Width to height.' }),
      size: Type.Enum(['2K', '3K'], { default: '2K', description: 'Size of the picture.' }),
      output_format: Type.Enum(['png', 'jpeg'], { default: 'png', description: 'Format of the picture.' }),
    }),
    produces: {
      kind: 'pictures',
      of: ({ aspect_ratio, size, output_format }) => ({
        ...sizeOf(aspect_ratio, (SIDES_PX[size] ?? 0) ** 2),
        mediaType: output_format === 'jpeg' ? 'image/jpeg' : 'image/png',
      }),
    },
    price: () => usdToPoints(usd),
    example: { prompt: 'a city map drawn as a coral reef', aspect_ratio: '16:9', output_format: 'png', size: '2K' },
  })
}

export const seedream: Operation[] = [
  seedreamOf('seedream-5-lite', 'Make or edit a picture with Seedream 5 Lite, up to 3K', 0.052), // PiAPI's page of autumn 2026
  // The fields of Lite, and a price that is inferred: what PiAPI takes for Lite with fewer restrictions.
  seedreamOf('seedream-5', 'Make or edit a picture with Seedream 5, up to 3K', 0.065),
]
