import { useState } from 'react'
import type { Operation } from '../../api/queries.ts'
import { useT } from '../../i18n/i18n.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Select } from '../../ui/field.tsx'
import { Code, Tabs } from '../../ui/parts.tsx'
import type { Values } from './schema.ts'

type Protocol = 'polyphony' | 'piapi'
type Language = 'curl' | 'typescript' | 'python'

/** The same call as code. The key is a variable: none is ever shown. */
export function AsCode({ operation, input, onClose }: { operation: Operation; input: Values; onClose: () => void }) {
  const t = useT()
  const [language, setLanguage] = useState<Language>('curl')
  const [protocol, setProtocol] = useState<Protocol>('polyphony')
  return (
    <Dialog open onClose={onClose} title={t('code.title')} about={t('code.about')} wide>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <Tabs
          value={language}
          onChange={(next) => setLanguage(next as Language)}
          label={t('code.language')}
          items={[
            { value: 'curl', label: 'curl' },
            { value: 'typescript', label: 'TypeScript' },
            { value: 'python', label: 'Python' },
          ]}
        />
        <Select
          aria-label={t('code.protocol')}
          value={protocol}
          onChange={({ target }) => setProtocol(target.value as Protocol)}
          className="w-auto"
        >
          <option value="polyphony">Polyphony</option>
          <option value="piapi">PiAPI</option>
        </Select>
      </div>
      <Code text={codeOf(language, requestOf(protocol, operation, input))} />
    </Dialog>
  )
}

interface Request {
  url: string
  body: object
  /** Where the answer has the task's id, and the address that waits for its end. */
  id: string[]
  wait: (id: string) => string
}

export function requestOf(protocol: Protocol, { id, model, task_type }: Operation, input: Values): Request {
  const base = document.baseURI.replace(/\/$/, '')
  if (protocol === 'polyphony') {
    return {
      url: `${base}/polyphony/v1/tasks`,
      body: { operation: id, input },
      id: ['id'],
      wait: (task) => `${base}/polyphony/v1/tasks/${task}?wait=60`,
    }
  }
  return {
    url: `${base}/api/v1/task`,
    body: { model, task_type, input },
    id: ['data', 'task_id'],
    wait: (task) => `${base}/api/v1/task/${task}?wait=60`,
  }
}

export function codeOf(language: Language, { url, body, id, wait }: Request): string {
  const json = JSON.stringify(body, null, 2)
  if (language === 'curl') {
    return `curl ${url} \\
  -H "x-api-key: $POLYPHONY_KEY" \\
  -H 'content-type: application/json' \\
  -d '${json.replaceAll("'", String.raw`'\''`)}'`
  }
  if (language === 'typescript') {
    return `const headers = { 'x-api-key': process.env.POLYPHONY_KEY!, 'content-type': 'application/json' }

const created = await fetch('${url}', {
  method: 'POST',
  headers,
  body: JSON.stringify(${json.replaceAll('\n', '\n  ')}),
})
const { ${id.length === 1 ? 'id' : 'data: { task_id: id }'} } = await created.json()

// Waits up to a minute for the end.
const task = await (await fetch(\`${wait(`\${${'id'}}`)}\`, { headers })).json()
console.log(task)`
  }
  return `import os
import requests

headers = {"x-api-key": os.environ["POLYPHONY_KEY"]}

created = requests.post(
    "${url}",
    headers=headers,
    json=${pythonOf(json).replaceAll('\n', '\n    ')},
)
created.raise_for_status()
task_id = created.json()${id.map((name) => `["${name}"]`).join('')}

# Waits up to a minute for the end.
task = requests.get(f"${wait('{task_id}')}", headers=headers).json()
print(task)`
}

/** JSON as Python writes it. Texts are kept apart, so that a "true" in a prompt stays one. */
function pythonOf(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|\btrue\b|\bfalse\b|\bnull\b/g, (part) =>
    part === 'true' ? 'True' : part === 'false' ? 'False' : part === 'null' ? 'None' : part,
  )
}
