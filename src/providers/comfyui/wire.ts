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
  /** `pending`, `in_progress`, `completed`, `failed` or `cancelled`. */
  status: Text,
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

const Fault = Type.Object({ message: Type.Optional(Text), details: Type.Optional(Text) })

/** The error of one node, in the body of a refused prompt. */
export const NodeErrors = Type.Object({ class_type: Type.Optional(Text), errors: Type.Array(Fault) })

/** The body of a refused prompt: node errors by the ids of nodes. */
export const Refusal = Type.Object({
  error: Type.Optional(Fault),
  node_errors: Type.Optional(Type.Record(Type.String(), Anything)),
})

/** How far one node is. */
export const NodeProgress = Type.Object({
  value: Type.Optional(Type.Number()),
  max: Type.Optional(Type.Number()),
  state: Type.Optional(Text),
})

/** A message of the WebSocket about one node, or about all nodes of a prompt. */
export const SocketMessage = Type.Object({
  type: Text,
  data: Type.Object({
    prompt_id: Text,
    node: Type.Optional(Text),
    nodes: Type.Optional(Type.Record(Type.String(), Anything)),
    ...NodeProgress.properties,
  }),
})

export const Handle = Type.Object({ id: Type.String(), outputs: Outputs })
