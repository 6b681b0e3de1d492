/** A request of a protocol, as the gateway writes it: a POST of a body to a path. */
export interface CodeRequest {
  path: string
  body: object
  /** Where the answer has the id of what was begun, and the path that reads it; absent where the answer is the result. */
  later?: { id: string; read: string }
}

export interface ProtocolRequest extends CodeRequest {
  protocol: string
}

/** A task in the gateway's own protocol, whatever its input. */
export function ownRequest(operation: string, input: object): ProtocolRequest {
  return {
    protocol: 'polyphony',
    path: '/polyphony/v1/tasks',
    body: { operation, input },
    later: { id: 'id', read: '/polyphony/v1/tasks/{id}?wait=60' },
  }
}

export const LANGUAGES = ['curl', 'typescript', 'python'] as const
export type Language = (typeof LANGUAGES)[number]

/** The request as a program makes it. The key is a variable: none is ever shown. `base` is the gateway's address. */
export function codeOf(language: Language, request: CodeRequest, base: string): string {
  return WRITERS[language](request, base.replace(/\/$/, ''))
}

const WRITERS: Record<Language, (request: CodeRequest, base: string) => string> = {
  curl: ({ path, body }, base) => `curl ${base}${path} \\
  -H "x-api-key: $POLYPHONY_KEY" \\
  -H 'content-type: application/json' \\
  -d '${JSON.stringify(body, null, 2).replaceAll("'", String.raw`'\''`)}'`,

  typescript: (
    { path, body, later },
    base,
  ) => `const headers = { 'x-api-key': process.env.POLYPHONY_KEY!, 'content-type': 'application/json' }

const response = await fetch('${base}${path}', {
  method: 'POST',
  headers,
  body: JSON.stringify(${indented(JSON.stringify(body, null, 2), 2)}),
})
if (!response.ok) throw new Error(await response.text())
const answer = await response.json()
${
  later
    ? `
const task = await fetch(\`${base}${later.read.replace('{id}', `\${answer.${later.id}}`)}\`, { headers })
console.log(await task.json())`
    : 'console.log(answer)'
}`,

  python: ({ path, body, later }, base) => `import os
import requests

headers = {"x-api-key": os.environ["POLYPHONY_KEY"]}

response = requests.post(
    "${base}${path}",
    headers=headers,
    json=${indented(pythonOf(JSON.stringify(body, null, 4)), 4)},
)
response.raise_for_status()
answer = response.json()
${
  later
    ? `
task_id = answer${later.id
        .split('.')
        .map((name) => `["${name}"]`)
        .join('')}
print(requests.get(f"${base}${later.read.replace('{id}', '{task_id}')}", headers=headers).json())`
    : 'print(answer)'
}`,
}

const indented = (text: string, by: number): string => text.replaceAll('\n', `\n${' '.repeat(by)}`)

/** JSON as Python writes it. Texts are kept apart, so that a "true" in a prompt stays one. */
function pythonOf(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|\btrue\b|\bfalse\b|\bnull\b/g, (part) =>
    part === 'true' ? 'True' : part === 'false' ? 'False' : part === 'null' ? 'None' : part,
  )
}
