import { getOperation } from '../../../catalog/catalog.ts'
import { text } from './common.ts'
import type { Form } from './form.ts'
import { withZeros } from './zeros.ts'

/** The echo of the input leaves `workflow_type` out, as the documents' example does. */
export const joycaption: Form = {
  ...text,
  input(task) {
    const { workflow_type: _droppedByPiapi, ...echo } = withZeros(getOperation(task.operation).input, task.input)
    return echo
  },
}
