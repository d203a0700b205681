/**
 * A query as Postgres keeps it for a view (`pg_rewrite.ev_action`): parsed, names resolved, nothing optimised. The text is nested nodes
 * `{NAME :field value …}`, lists `(…)`, strings, and `<>` for nothing.
 */
export type Tree = string | null | readonly Tree[] | TreeNode

export interface TreeNode {
  readonly node: string
  readonly fields: ReadonlyMap<string, Tree>
}

export function isNode(tree: Tree | undefined): tree is TreeNode {
  return typeof tree === 'object' && tree !== null && 'node' in tree
}

/** Quoted text, brackets, or a word in which a backslash takes the next character as it is. */
const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[(){}[\]]|(?:[^\s(){}[\]\\]|\\.)+)/gy

export function parseNodeTree(text: string): Tree {
  const tokens = tokensOf(text)
  let at = 0

  function value(): Tree {
    const token = tokens[at++]
    if (token === '{') return node()
    if (token === '(') return list(')')
    if (token === '[') return list(']')
    if (token === undefined || token === '<>') return null
    return token.startsWith('"') ? token.slice(1, -1) : token.replace(/\\(.)/g, '$1')
  }

  function list(end: string): Tree[] {
    const items: Tree[] = []
    while (at < tokens.length && tokens[at] !== end) items.push(value())
    at++
    return items
  }

  function node(): TreeNode {
    const name = tokens[at++] ?? ''
    const fields = new Map<string, Tree>()
    while (at < tokens.length && tokens[at] !== '}') {
      const field = (tokens[at++] ?? '').slice(1)
      const values: Tree[] = []
      while (at < tokens.length && tokens[at] !== '}' && !tokens[at]?.startsWith(':')) values.push(value())
      fields.set(field, values.length === 1 ? (values[0] ?? null) : values)
    }
    at++
    return { node: name, fields }
  }

  return value()
}

function tokensOf(text: string): string[] {
  return Array.from(text.matchAll(TOKEN), match => match[1] ?? '')
}
