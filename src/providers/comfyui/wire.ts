import { Type } from 'typebox'
import { Anything, Text } from '../kit/read-wire.ts'
import { Outputs } from './template.ts'

export const Queued = Type.Object({ prompt_id: Text })

export const Uploaded = Type.Object({ name: Text, subfolder: Type.Optional(Text) })

/** What nodes delivered, by their ids: the members differ from node to node. */
const NodeOutputs = Type.Record(Type.String(), Anything)

/** Pairs of an event and its data. */
export const ExecutionStatus = Type.Object({
  status_str: Type.Optional(Text),
  messages: Type.Optional(Type.Array(Anything)),
})

export const ExecutionError = Type.Object({
  node_type: Type.Optional(Text),
  exception_message: Type.Optional(Text),
  exception_type: Type.Optional(Text),
})

/** A job by the route of newer servers. */
export const Job = Type.Object({
  status: Type.Enum(['pending', 'in_progress', 'completed', 'failed', 'cancelled']),
  outputs: Type.Optional(NodeOutputs),
  execution_status: Type.Optional(ExecutionStatus),
  execution_error: Type.Optional(ExecutionError),
})

/** Entries are `[number, id, graph, …]`. */
export const Queue = Type.Object({ queue_running: Type.Array(Anything), queue_pending: Type.Array(Anything) })

/** Finished prompts by their ids. */
export const History = Type.Record(Type.String(), Anything)

export const HistoryEntry = Type.Object({
  status: Type.Optional(ExecutionStatus),
  outputs: Type.Optional(NodeOutputs),
})

export const Handle = Type.Object({ id: Type.String(), outputs: Outputs })
