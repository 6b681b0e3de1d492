import type { RequestWriter } from '../kit/written-requests.ts'
import { fieldsOf, GENERATIONS, OWN, toTask } from './to-task.ts'

export const requestsFor: RequestWriter = ({ id }, body) =>
  [...GENERATIONS, ...OWN]
    .filter(({ operation }) => operation.id === id)
    .map((tool) => ({
      path: `/recraft/v1/images/${tool.path}`,
      body,
      read() {
        const { fields, names } = fieldsOf(tool, { fields: body, isForm: false })
        return toTask(tool, fields, names)
      },
    }))
