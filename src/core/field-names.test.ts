import { describe, expect, it } from 'vitest'
import { fieldError, invalidInput, PolyphonyError } from './errors.ts'
import { callerField, callerInput, pathOfText } from './field-names.ts'

const NAMES = {
  'elements.*.image_url': 'image_list.*.image',
  elements: 'image_list',
  image_url: 'image',
  'key_frames.frame0.id': 'id',
  'images.*': 'pictures.*.url',
}

describe('the caller’s name of a field', () => {
  it.each([
    ['image_url', 'image'],
    ['elements.2.image_url', 'image_list.2.image'],
    ['elements.2.image_url.0', 'image_list.2.image.0'],
    ['elements.2.name', 'image_list.2.name'],
    ['elements', 'image_list'],
    ['images.11', 'pictures.11.url'],
    ['key_frames.frame0.id', 'id'],
    ['key_frames.frame0.url', 'key_frames.frame0.url'],
    ['image_urls', 'image_urls'],
    ['prompt', 'prompt'],
    ['constructor', 'constructor'],
    ['__proto__', '__proto__'],
  ])('the caller’s name of the field %j is %j', (field, own) => {
    expect(callerField(field, NAMES)).toBe(own)
  })

  it.each([
    ['', 'input.'],
    ['prompt', 'input.prompt'],
    ['shots.0.text', 'input.shots.0.text'],
    ['lyrics', 'words'],
  ])('the caller’s name of the field %j is %j if the whole input is a part of the body', (field, own) => {
    expect(callerField(field, { '': 'input', lyrics: 'words' })).toBe(own)
  })

  it('the caller’s name of the whole input is that of its entry', () => {
    expect(callerInput({ '': 'input' })).toBe('input')
    expect(callerInput({})).toBe('')
  })

  it('the caller’s name of a field has no prefix if a part of the input is the whole body', () => {
    expect(callerField('input', { input: '' })).toBe('')
    expect(callerField('input.image_url', { input: '' })).toBe('image_url')
  })
})

describe('an error about a field', () => {
  it('an error about a field states the field and the rule, and keeps them apart', () => {
    const error = invalidInput('image', 'must be an http or https URL')
    expect(error).toMatchObject({ code: 'invalid_input', message: 'image must be an http or https URL.' })
    expect(error.details).toEqual({ field: 'image', rule: 'must be an http or https URL' })
  })

  it('an error about a field keeps its cause and its other details', () => {
    const cause = new Error('why')
    const error = fieldError('rate_limited', 'image', 'comes too often', { retryAfterSeconds: 3, cause })
    expect(error).toMatchObject({ code: 'rate_limited', message: 'image comes too often.', cause })
    expect(error.details).toEqual({ field: 'image', rule: 'comes too often', retryAfterSeconds: 3 })
  })

  it('an error about a field without a name is about the body', () => {
    expect(invalidInput('', 'must be an object')).toMatchObject({ message: 'The body must be an object.' })
  })

  it('an error about a field is shortened in each of its parts', () => {
    const { message, details } = invalidInput('x'.repeat(1_000), 'y'.repeat(10_000))
    expect(message).toHaveLength(4_000)
    expect(details.field).toHaveLength(500)
    expect(details.rule).toHaveLength(4_000)
  })

  it('an error about a field needs no rule', () => {
    const error = new PolyphonyError('invalid_input', 'prompt_empty', { field: 'prompt' })
    expect(error.message).toBe('prompt_empty')
    expect(error.details).toEqual({ field: 'prompt' })
  })
})

describe('the path of a text', () => {
  it.each([
    [{ a: 'x', b: { c: ['y', 'x'] } }, 'a'],
    [{ b: { c: ['y', 'x'] }, a: 'x' }, 'a'],
    [{ b: { c: ['y', 'x'] } }, 'b.c.1'],
    [{ b: null, c: 'y' }, undefined],
  ])('the path of a text in %j is %j', (value, path) => {
    expect(pathOfText(value, 'x')).toBe(path)
  })
})
