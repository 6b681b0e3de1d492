import { expect, it } from 'vitest'
import { validatorOf } from '../../../catalog/read-input.ts'
import type { Task } from '../../../core/task.ts'
import { urlsAt } from '../../urls.ts'
import { shapeDifferences } from '../shape.testing.ts'
import { trellisModel } from './trellis.ts'

const urls = urlsAt(() => 'https://gateway.example')
/** As PiAPI's MCP server reads it. */
const EXAMPLE = { no_background_image: 'URL', combined_video: 'URL', model_file: 'URL' }

function completed(picture: string) {
  const model = { file: 'asset:model.glb', picture, turntable: 'asset:turntable.mp4' }
  return trellisModel.output({ output: { model } } as unknown as Task, urls) // the form reads nothing else
}

it('writes the model with its picture and turntable', () => {
  const answer = completed('asset:cut-out.png')
  expect(shapeDifferences(EXAMPLE, answer)).toEqual([])
  expect(validatorOf(trellisModel.schema).Check(answer)).toBe(true)
  expect(answer).toEqual({
    no_background_image: 'https://gateway.example/files/cut-out.png',
    combined_video: 'https://gateway.example/files/turntable.mp4',
    model_file: 'https://gateway.example/files/model.glb',
  })
})

it('leaves the picture empty where a text was modelled', () => {
  expect(completed('')).toMatchObject({ no_background_image: '' })
})
