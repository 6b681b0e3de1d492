import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import ts from 'typescript'
import type { ModelGroup } from '../src/catalog/fal-models.ts'
import type { OutputShape } from '../src/catalog/output-shape.ts'

/**
 * Writes `src/catalog/fal-models.json`: what each model of fal answers and which texts it needs, by the endpoint types of the
 * official client. Run after an update of `@fal-ai/client`: `node scripts/fal-models.ts && npm run format`.
 */

/** What is to be made, in words. Other texts, such as a name or a style, are left to fal. */
const PROMPTS = ['prompt', 'text', 'gen_text']
/** Objects are written out to this depth. */
const DEEPEST = 2

const TARGET = join(import.meta.dirname, '../src/catalog/fal-models.json')

/** The groups of models with the same output and needs, sorted by their first model. */
export function modelGroups(): ModelGroup[] {
  const main = createRequire(import.meta.url).resolve('@fal-ai/client')
  const file = join(main.slice(0, main.lastIndexOf('/src/')), 'src/types/endpoints.d.ts')
  const program = ts.createProgram([file], {
    strict: true,
    skipLibCheck: true,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
  })
  const checker = program.getTypeChecker()
  const map = program
    .getSourceFile(file)
    ?.statements.find((one) => ts.isTypeAliasDeclaration(one) && one.name.text === 'EndpointTypeMap')
  if (!map) throw new Error(`${file} declares no EndpointTypeMap.`)
  const groups = new Map<string, ModelGroup>()
  for (const model of checker.getTypeAtLocation(map).getProperties()) {
    const [input, output] = ['input', 'output'].map((name) => {
      const member = checker.getTypeOfSymbol(model).getProperty(name)
      if (!member) throw new Error(`${model.name} has no ${name}.`)
      return checker.getTypeOfSymbol(member)
    }) as [ts.Type, ts.Type] // one for each name
    const group = { output: shapeOf(output, checker), needs: needsOf(input), models: '' }
    const key = JSON.stringify(group)
    const known = groups.get(key) ?? group
    groups.set(key, { ...known, models: `${known.models} ${model.name}`.trimStart() })
  }
  return [...groups.values()].sort((a, b) => (a.models < b.models ? -1 : 1))
}

function needsOf(input: ts.Type): string[] {
  return input
    .getProperties()
    .filter((one) => PROMPTS.includes(one.name) && !isOptional(one))
    .map(({ name }) => name)
    .sort()
}

function isOptional(member: ts.Symbol): boolean {
  return (member.flags & ts.SymbolFlags.Optional) !== 0
}

function shapeOf(type: ts.Type, checker: ts.TypeChecker, depth = 0): OutputShape {
  if (type.flags & ts.TypeFlags.BooleanLike) return 'boolean'
  if (type.isUnion()) return unionShape(type, checker, depth)
  const [element] = checker.isArrayType(type) ? checker.getTypeArguments(type as ts.TypeReference) : []
  if (element) return [shapeOf(element, checker, depth)]
  if (type.isStringLiteral()) return `=${type.value}`
  if (type.flags & ts.TypeFlags.StringLike) return 'text'
  if (type.flags & ts.TypeFlags.NumberLike) return 'number'
  const members = type.flags & ts.TypeFlags.Object ? type.getProperties() : []
  const names = members.map(({ name }) => name)
  if (names.includes('url')) return names.includes('width') ? 'picture' : 'file'
  if (members.length === 0 || depth === DEEPEST) return 'any'
  return Object.fromEntries(
    members.map((one) => [
      isOptional(one) ? `${one.name}?` : one.name,
      shapeOf(checker.getTypeOfSymbol(one), checker, depth + 1),
    ]),
  )
}

/** A file where one is possible: fal's clients take a text or bytes in place of one, its models answer with the object. */
function unionShape({ types }: ts.UnionType, checker: ts.TypeChecker, depth: number): OutputShape {
  const absent = ts.TypeFlags.Undefined | ts.TypeFlags.Null
  const shapes = types.filter(({ flags }) => !(flags & absent)).map((one) => shapeOf(one, checker, depth))
  const words = shapes.filter((one) => typeof one === 'string' && one.startsWith('='))
  const [first] = words.length === shapes.length ? words.toSorted() : shapes
  return shapes.find((one) => one === 'picture' || one === 'file') ?? first ?? 'any'
}

if (import.meta.main) writeFileSync(TARGET, `${JSON.stringify(modelGroups(), null, 2)}\n`)
