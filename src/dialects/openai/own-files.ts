import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { type FileParts, OPENAI_NAMES, type OwnFile } from '../kit/own-files.ts'

/** Files in parts of messages, in the forms of Chat Completions and Responses. */
export const FILES_IN_PARTS: FileParts = {
  ...OPENAI_NAMES,
  nameIn(part) {
    const id = naming(part)?.file_id
    return typeof id === 'string' ? id : undefined
  },
  write,
}

/** The object that names a file in a part of a message. */
function naming(part: JsonObject): JsonObject | undefined {
  if (part.type === 'file') return isJsonObject(part.file) ? part.file : undefined
  return part.type === 'input_file' || part.type === 'input_image' ? part : undefined
}

function write(part: JsonObject, { name, mediaType, base64 }: OwnFile): JsonObject {
  const { file_id: _ours, ...rest } = naming(part) ?? {}
  const uri = `data:${mediaType};base64,${base64}`
  if (part.type === 'input_image') return { ...rest, image_url: uri }
  const file = { filename: name, ...rest, file_data: uri }
  return part.type === 'file' ? { ...part, file } : file
}
