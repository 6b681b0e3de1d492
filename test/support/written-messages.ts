import { glob, readFile } from 'node:fs/promises'
import ts from 'typescript'

/** What stands for a value that only a run has; it fits wherever a number or a name would. */
const VALUE = '5'
/** Of programs that are wrong, and of gateways: people do not cause them in the workspace. */
const NOT_OF_PEOPLE = new Set(['internal', 'malformed_body'])

/**
 * The messages of errors that the sources in a folder below `src/` are written with, each way that a conditional may go, with
 * values in their places. Where a message comes from elsewhere, nothing is known of it here.
 */
export async function writtenErrors(folder: string): Promise<string[]> {
  const texts: string[] = []
  await eachSource(folder, (source) => {
    visit(source, (node) => {
      texts.push(...errorsAt(node))
    })
  })
  return texts
}

/** Every sentence that a file below `src/` is written with. */
export async function writtenSentences(file: string): Promise<string[]> {
  const texts: string[] = []
  await eachSource(file, (source) => {
    visit(source, (node) => {
      if (ts.isStringLiteral(node) || ts.isTemplateLiteral(node)) texts.push(...said(node))
    })
  })
  return texts.filter((text) => / .*\.$/.test(text))
}

async function eachSource(of: string, read: (source: ts.SourceFile) => void): Promise<void> {
  const root = new URL('../../src/', import.meta.url)
  for await (const name of glob(of.endsWith('.ts') ? of : `${of}/**/*.ts`, { cwd: root })) {
    if (/\.test(?:ing)?\.ts$/.test(name)) continue
    read(ts.createSourceFile(name, await readFile(new URL(name, root), 'utf8'), ts.ScriptTarget.Latest, true))
  }
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node)
  ts.forEachChild(node, (child) => visit(child, see))
}

function errorsAt(node: ts.Node): string[] {
  if (!(ts.isNewExpression(node) || ts.isCallExpression(node)) || !ts.isIdentifier(node.expression)) return []
  const [first, second] = node.arguments ?? []
  switch (node.expression.text) {
    case 'PolyphonyError':
      return first && ts.isStringLiteral(first) && NOT_OF_PEOPLE.has(first.text) ? [] : said(second)
    case 'conflict':
      return said(first)
    case 'invalidInput': {
      const fields = first ? (textsOf(first) ?? [VALUE]) : []
      return said(second).flatMap((rule) => fields.map((field) => `${field || 'The body'} ${rule}.`))
    }
    default:
      return []
  }
}

function said(message: ts.Expression | undefined): string[] {
  return (message && textsOf(message)) ?? []
}

/** Undefined where the value is known at run time only. */
function textsOf(node: ts.Expression, isCalled = false): string[] | undefined {
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return [node.text]
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression, isCalled)
  if (ts.isIdentifier(node)) {
    const value = constantAt(node)
    return value && textsOf(value, isCalled)
  }
  if (ts.isCallExpression(node)) return isCalled ? undefined : returnedBy(node)
  if (ts.isConditionalExpression(node)) {
    const [one, other] = [textsOf(node.whenTrue, isCalled), textsOf(node.whenFalse, isCalled)]
    return one && other && [...one, ...other]
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return joined(textsOf(node.left, isCalled) ?? [VALUE], textsOf(node.right, isCalled) ?? [VALUE])
  }
  if (!ts.isTemplateExpression(node)) return undefined
  return node.templateSpans.reduce(
    (texts, { expression, literal }) => joined(joined(texts, textsOf(expression, isCalled) ?? [VALUE]), [literal.text]),
    [node.head.text],
  )
}

/** What a function of the same file returns. */
function returnedBy({ expression }: ts.CallExpression): string[] | undefined {
  const called = expression
    .getSourceFile()
    .statements.filter(ts.isFunctionDeclaration)
    .find(({ name }) => ts.isIdentifier(expression) && name?.text === expression.text)
  const returned: (string[] | undefined)[] = []
  visit(called?.body ?? expression, (node) => {
    // A call within is not followed: it may be the same one.
    if (ts.isReturnStatement(node) && node.expression) returned.push(textsOf(node.expression, true))
  })
  const texts = returned.flatMap((one) => one ?? [])
  return returned.length > 0 && returned.every((one) => one !== undefined) ? texts : undefined
}

/** What a name was declared with in the block of its use, or in one around it. */
function constantAt({ text, parent }: ts.Identifier): ts.Expression | undefined {
  for (let scope = parent; scope; scope = scope.parent) {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue
    const declared = scope.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => declarationList.declarations)
      .find(({ name }) => ts.isIdentifier(name) && name.text === text)
    if (declared) return declared.initializer
  }
  return undefined
}

function joined(begins: string[], ends: string[]): string[] {
  return begins.flatMap((begin) => ends.map((end) => begin + end))
}
