/**
 * A scenario of Make (make.com) as its blueprint has it: its modules one after the other, over real HTTP. What is here is
 * what the blueprints of docs/automation use; a module or an operator that is not known is an error.
 */

export interface Blueprint {
  name: string
  flow: Module[]
}

interface Module {
  id: number
  module: string
  version: number
  parameters: Record<string, unknown>
  mapper: Record<string, unknown>
  filter?: { name: string; conditions: { a: string; b: string; o: string }[][] }
  metadata: { designer: { x: number; y: number; name?: string } }
}

interface Pair {
  name: string
  value: string
}

export interface Outcome {
  /** What each module put out, by its id. */
  bundles: Map<number, unknown>
  /** The module whose filter let nothing through. */
  stoppedAt?: number
}

/** Runs a scenario. `hook` is what its webhook was sent. Throws where an HTTP module answers with an error, as Make does. */
export async function runScenario({ flow }: Blueprint, hook?: unknown): Promise<Outcome> {
  const bundles = new Map<number, unknown>()
  for (const module of flow) {
    if (module.filter && !passes(module.filter.conditions, bundles)) return { bundles, stoppedAt: module.id }
    bundles.set(module.id, await outputOf(module, bundles, hook))
  }
  return { bundles }
}

async function outputOf({ module, mapper }: Module, bundles: Map<number, unknown>, hook: unknown): Promise<unknown> {
  switch (module) {
    case 'gateway:CustomWebHook':
      return hook
    case 'util:SetVariables': {
      const variables = mapper.variables as Pair[]
      return Object.fromEntries(variables.map(({ name, value }) => [name, filled(value, bundles)]))
    }
    case 'http:ActionSendData':
      return sendData(mapper, bundles)
    case 'http:ActionGetFile': {
      const response = await fetch(filled(String(mapper.url), bundles))
      if (!response.ok) throw new Error(`The file was answered with ${response.status}.`)
      return { data: await response.bytes(), fileName: new URL(response.url).pathname.split('/').at(-1) }
    }
    default:
      throw new Error(`The module ${module} is not known here.`)
  }
}

async function sendData(mapper: Record<string, unknown>, bundles: Map<number, unknown>): Promise<unknown> {
  const { url, method, headers, qs, bodyType, contentType, data, timeout } = mapper
  if ((qs as Pair[]).length > 0) throw new Error('Queries are not known here.')
  if (Number(timeout) > 300) throw new Error('Make waits at most 300 seconds for an answer.')
  const sent = (headers as Pair[]).map(({ name, value }): [string, string] => [name, filled(value, bundles)])
  const response = await fetch(filled(String(url), bundles), {
    method: String(method).toUpperCase(),
    headers: [...sent, ...(bodyType === 'raw' ? [['content-type', String(contentType)] as [string, string]] : [])],
    ...(bodyType === 'raw' ? { body: filled(String(data), bundles) } : {}),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status}: ${text}`)
  return { statusCode: response.status, data: mapper.parseResponse === true ? JSON.parse(text) : text }
}

function passes(conditions: { a: string; b: string; o: string }[][], bundles: Map<number, unknown>): boolean {
  return conditions.some((all) =>
    all.every(({ a, b, o }) => {
      if (o !== 'text:equal') throw new Error(`The operator ${o} is not known here.`)
      return filled(a, bundles) === b
    }),
  )
}

/** `{{2.data.id}}` in a text, and `{{4.data.clips[1].audio}}`: Make counts from 1. */
function filled(text: string, bundles: Map<number, unknown>): string {
  return text.replaceAll(/\{\{(\d+)\.([\w.[\]]+)\}\}/g, (_all, id: string, path: string) => {
    if (!bundles.has(Number(id))) throw new Error(`There is no module ${id} before.`)
    const names = path.split(/[.[\]]+/).filter((name) => name !== '')
    const found = names.reduce<unknown>(
      (value, name) => (value as Record<string, unknown> | undefined)?.[/^\d+$/.test(name) ? Number(name) - 1 : name],
      bundles.get(Number(id)),
    )
    return found === undefined || found === null ? '' : String(found)
  })
}
