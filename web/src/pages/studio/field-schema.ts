/** What the forms read of the JSON Schema of an operation's input. */
export interface FieldSchema {
  type?: string | string[]
  enum?: (string | number)[]
  default?: unknown
  description?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  maxItems?: number
  items?: FieldSchema
  properties?: Record<string, FieldSchema>
  required?: string[]
  anyOf?: FieldSchema[]
  /** The kind of file that a text names by its URL. */
  'x-media'?: 'image' | 'audio' | 'video' | 'application'
  'x-rule'?: string
}

export type Values = Record<string, unknown>
