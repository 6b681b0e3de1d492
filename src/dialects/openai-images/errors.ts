import { openaiTaskErrors } from '../shared/openai-task-errors.ts'

export const { statusOf, errorBody } = openaiTaskErrors({
  content_moderated: { status: 400, type: 'image_generation_user_error', code: 'moderation_blocked' },
})
