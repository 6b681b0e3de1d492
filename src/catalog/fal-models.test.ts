import { describe, expect, it } from 'vitest'
import { modelGroups } from '../../scripts/fal-models.ts'
import groups from './fal-models.json' with { type: 'json' }
import { findFalModel } from './fal-models.ts'

describe('the models of fal', () => {
  it('are those of the official client’s endpoint types; else run scripts/fal-models.ts', () => {
    expect(groups).toEqual(modelGroups())
  })

  it('are found by their whole names only', () => {
    expect(findFalModel('fal-ai/flux/dev')).toMatchObject({ needs: ['prompt'], makes: 'pictures' })
    for (const name of ['fal-ai/flux', 'fal-ai/flux/dev/', '', 'constructor']) {
      expect(findFalModel(name)).toBeUndefined()
    }
  })
})
