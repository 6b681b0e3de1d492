import { openaiTaskErrors } from '../shared/openai-task-errors.ts'

export const { statusOf, errorBody } = openaiTaskErrors()
