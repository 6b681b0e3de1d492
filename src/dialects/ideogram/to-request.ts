import type { RequestWriter } from '../kit/written-requests.ts'
import { TOOLS, toTask } from './to-task.ts'

export const requestsFor: RequestWriter = ({ id }, { image_file: picture, ...fields }) => {
  const beside = picture === undefined ? {} : { image_file: picture }
  return TOOLS.filter(({ operation }) => operation.id === id).map((tool) => {
    const body = tool.isNested ? { image_request: fields, ...beside } : { ...fields, ...beside }
    return { path: `/ideogram${tool.path}`, body, read: () => toTask(tool, { fields: body, isForm: false }) }
  })
}
