import { analyse } from 'scslre'
import ts from 'typescript'

/** A regular expression in source text that can take long, or whose pattern is unknown before run time. */
export interface SlowRegex {
  file: string
  /** From 1. */
  line: number
  /** Its text in the source: a literal, or the arguments of `RegExp`. */
  regex: string
  why: string
}

/**
 * Every regular expression in `text` (TypeScript) whose time can grow faster than its input's length, or whose memory can grow with
 * it: literals, calls of `RegExp`, and the patterns of schemas, which are compiled into expressions. A pattern that is
 * put together at run time is reported as well, since it cannot be analysed.
 */
export function slowRegexesIn(file: string, text: string): SlowRegex[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: SlowRegex[] = []
  const visit = (node: ts.Node): void => {
    const regex = regexAt(node, source)
    const why = regex && faultOf(regex)
    if (why) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
      found.push({ file, line: line + 1, regex: node.getText(source), why })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

interface Regex {
  /** Undefined when it is made at run time. */
  source: string | undefined
  flags: string
}

function regexAt(node: ts.Node, file: ts.SourceFile): Regex | undefined {
  if (ts.isRegularExpressionLiteral(node)) {
    const end = node.text.lastIndexOf('/')
    return { source: node.text.slice(1, end), flags: node.text.slice(end + 1) }
  }
  const isCall = ts.isNewExpression(node) || ts.isCallExpression(node)
  if (isCall && ts.isIdentifier(node.expression) && node.expression.text === 'RegExp') {
    const [pattern, flags] = node.arguments ?? []
    return { source: textOf(pattern, file), flags: textOf(flags, file) ?? '' }
  }
  const pattern = schemaPattern(node)
  return pattern && { source: textOf(pattern, file), flags: 'u' }
}

/** `pattern` in `Type.String({ pattern })`, which TypeBox compiles with the flag "u". */
function schemaPattern(node: ts.Node): ts.Expression | undefined {
  if (ts.isShorthandPropertyAssignment(node) && node.name.text === 'pattern') return node.name
  if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'pattern') return undefined
  return ts.isStringLiteralLike(node.initializer) || ts.isTemplateExpression(node.initializer)
    ? node.initializer
    : undefined
}

/** The text that an expression has before anything runs: of literals, and of constants of the same file. */
function textOf(node: ts.Expression | undefined, file: ts.SourceFile): string | undefined {
  if (!node) return undefined
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isIdentifier(node)) return textOf(constantIn(file, node.text), file)
  if (!ts.isTemplateExpression(node)) return undefined
  let text = node.head.text
  for (const { expression, literal } of node.templateSpans) {
    const inner = textOf(expression, file)
    if (inner === undefined) return undefined
    text += inner + literal.text
  }
  return text
}

function constantIn(node: ts.Node, name: string): ts.Expression | undefined {
  if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.name.text === name) return node.initializer
  return ts.forEachChild(node, (child) => constantIn(child, name))
}

function faultOf({ source, flags }: Regex): string | undefined {
  if (source === undefined) return 'is put together at run time, and so cannot be analysed'
  const { reports, parsed } = analyse({ source, flags })
  const [first] = reports
  if (first) {
    const growth = first.exponential ? 'exponential' : 'super-linear'
    return `takes ${growth} time on many ${JSON.stringify(first.character.pick)} (${first.type})`
  }
  return hasDeepLoop(parsed.pattern)
    ? 'keeps a state for every round of a group that repeats without a limit'
    : undefined
}

type Pattern = ReturnType<typeof analyse>['parsed']['pattern']
type Element = Pattern['alternatives'][number]['elements'][number]

/**
 * V8 runs a repeated character, or a group of one fixed length, without memory; for any other group it keeps a state a
 * round, and throws a RangeError ("Maximum call stack size exceeded") after some millions of them.
 */
function hasDeepLoop({ alternatives }: Pick<Pattern, 'alternatives'>): boolean {
  return alternatives.some(({ elements }) => elements.some(isOrHasDeepLoop))
}

function isOrHasDeepLoop(element: Element): boolean {
  if (element.type === 'Quantifier') {
    const { element: inner, max } = element
    const isGroup = inner.type === 'Group' || inner.type === 'CapturingGroup'
    if (isGroup && max === Number.POSITIVE_INFINITY && !hasOneLength(inner)) return true
    return isOrHasDeepLoop(inner)
  }
  return 'alternatives' in element && hasDeepLoop(element)
}

function hasOneLength({ alternatives, type }: { alternatives: Pattern['alternatives']; type: string }): boolean {
  const [only, ...others] = alternatives
  if (!only || others.length > 0 || type === 'CapturingGroup') return false
  return only.elements.every(
    (one) =>
      one.type === 'Character' ||
      one.type === 'CharacterSet' ||
      one.type === 'CharacterClass' ||
      (one.type === 'Quantifier' && one.min === one.max && one.element.type !== 'CapturingGroup'),
  )
}
