export {
  type Client,
  createClient,
  type ModelCalls,
  type OperationInfo,
  type OwnCalls,
  type Quote,
  type TaskQuery,
  type UploadedFile,
} from './client.ts'
export { PolyphonyError } from './errors.ts'
export type { HttpOptions as ClientOptions } from './http.ts'
export type { Models, Operations, Outputs } from './operations.ts'
export { Run, type RunOptions } from './run.ts'
export type { Completed, InputOf, OperationId, OutputOf, Status, Task } from './task.ts'
