import { isNode, type Tree, type TreeNode } from './node-tree.ts'

/** A column of a table or view, as `relid.attnum`; attnum 0 is the whole row. */
type SourceColumn = string

export interface QueryLineage {
  /** Of each column that the query gives: the columns in its expression. */
  readonly columns: ReadonlyMap<string, ReadonlySet<SourceColumn>>
  /** The columns that decide which rows there are: they join, filter, group, limit. */
  readonly rows: ReadonlySet<SourceColumn>
}

/** Postgres' numbers of the kinds of range table entries (nodes/parsenodes.h); GROUP since 18. */
const RTE = { relation: '0', subquery: '1', join: '2', cte: '6', group: '9' } as const

/** A query and the one around it: a name or variable may mean something further out. */
interface Scope {
  readonly query: TreeNode
  readonly outer: Scope | null
}

interface Analysis {
  readonly outputs: readonly { readonly name: string; readonly sources: Set<SourceColumn> }[]
  readonly rows: Set<SourceColumn>
}

/**
 * Which columns a query's columns come from, by following Postgres' own resolution through subqueries, common table expressions, joins,
 * unions, aggregates and windows. Its limits: it says that a column is in an expression, not what the expression does with it (a `case`
 * counts its conditions), and what a function written in SQL reads inside is not seen.
 */
export function queryLineage(query: TreeNode): QueryLineage {
  const { outputs, rows } = analyse({ query, outer: null })
  return { columns: new Map(outputs.map(({ name, sources }) => [name, sources])), rows }
}

/** A query has one place, and so one meaning; without this a chain of common table expressions would take exponential time. */
const analysed = new WeakMap<TreeNode, Analysis>()

function analyse(scope: Scope): Analysis {
  const known = analysed.get(scope.query)
  if (known !== undefined) return known
  const analysis = analyseAnew(scope)
  analysed.set(scope.query, analysis)
  return analysis
}

function analyseAnew(scope: Scope): Analysis {
  const { query } = scope
  const arms = isNode(field(query, 'setOperations')) ? leaves(field(query, 'setOperations')) : []
  if (arms.length > 0)
    return united(
      arms.map(index => analyse({ query: subqueryOf(scope, index), outer: scope })),
      query,
    )
  const rows = new Set<SourceColumn>()
  for (const name of ['jointree', 'havingQual', 'limitOffset', 'limitCount'])
    gather(field(query, name), scope, rows)
  for (const name of ['groupClause', 'distinctClause']) gatherSorted(field(query, name), scope, rows)
  const outputs = targets(query)
    .filter(target => field(target, 'resjunk') !== 'true')
    .map(target => {
      const sources = new Set<SourceColumn>()
      gather(field(target, 'expr'), scope, sources)
      return { name: String(field(target, 'resname')), sources }
    })
  return { outputs, rows }
}

function united(arms: readonly Analysis[], query: TreeNode): Analysis {
  return {
    outputs: targets(query).map((target, at) => ({
      name: String(field(target, 'resname')),
      sources: new Set(arms.flatMap(arm => [...(arm.outputs[at]?.sources ?? [])])),
    })),
    rows: new Set(arms.flatMap(arm => [...arm.rows])),
  }
}

/** Adds every column that stands anywhere in the tree. */
function gather(tree: Tree | undefined, scope: Scope, into: Set<SourceColumn>): void {
  if (Array.isArray(tree)) for (const item of tree) gather(item, scope, into)
  if (!isNode(tree)) return
  switch (tree.node) {
    case 'VAR':
      gatherVariable(tree, scope, into)
      return
    case 'QUERY':
      addAll(analyse({ query: tree, outer: scope }), into)
      return
    case 'RANGETBLREF':
      for (const source of rowsBehind(entry(scope, Number(field(tree, 'rtindex'))), scope)) into.add(source)
      return
    case 'WINDOWFUNC':
      gatherWindow(field(tree, 'winref'), scope, into)
  }
  for (const value of tree.fields.values()) gather(value, scope, into)
}

function gatherVariable(variable: TreeNode, from: Scope, into: Set<SourceColumn>): void {
  let scope: Scope | null = from
  for (let up = Number(field(variable, 'varlevelsup')); up > 0; up--) scope = scope?.outer ?? null
  if (scope === null) return
  const range = entry(scope, Number(field(variable, 'varno')))
  if (range === undefined) return
  const column = Number(field(variable, 'varattno'))
  const kind = field(range, 'rtekind')
  if (kind === RTE.relation) {
    if (column >= 0) into.add(`${field(range, 'relid')}.${column}`)
    return
  }
  const behind = queryBehind(range, scope)
  if (behind !== null) {
    const { outputs } = analyse(behind)
    const chosen = column === 0 ? outputs : outputs.slice(column - 1, column)
    for (const { sources } of chosen) for (const source of sources) into.add(source)
    return
  }
  const expressions =
    kind === RTE.join
      ? field(range, 'joinaliasvars')
      : kind === RTE.group
        ? field(range, 'groupexprs')
        : undefined
  // Of functions and value lists every column rests on all that is put into them.
  if (Array.isArray(expressions) && column > 0) gather(expressions[column - 1], scope, into)
  else for (const name of ['functions', 'values_lists', 'tablefunc']) gather(field(range, name), scope, into)
}

/** What decides the rows of an entry of the range table: of a table nothing, of a query its own. */
function rowsBehind(range: TreeNode | undefined, scope: Scope): ReadonlySet<SourceColumn> {
  const found = new Set<SourceColumn>()
  if (range === undefined) return found
  const behind = queryBehind(range, scope)
  if (behind !== null) return analyse(behind).rows
  for (const name of ['functions', 'values_lists', 'tablefunc']) gather(field(range, name), scope, found)
  return found
}

function queryBehind(range: TreeNode, scope: Scope): Scope | null {
  if (field(range, 'rtekind') === RTE.subquery) {
    const subquery = field(range, 'subquery')
    return isNode(subquery) ? { query: subquery, outer: scope } : null
  }
  if (field(range, 'rtekind') !== RTE.cte) return null
  let around: Scope | null = scope
  for (let up = Number(field(range, 'ctelevelsup')); up > 0; up--) around = around?.outer ?? null
  if (around === null) return null
  const expression = nodes(field(around.query, 'cteList')).find(
    one => field(one, 'ctename') === field(range, 'ctename'),
  )
  const query = expression === undefined ? undefined : field(expression, 'ctequery')
  return isNode(query) && field(expression as TreeNode, 'cterecursive') !== 'true'
    ? { query, outer: around }
    : null
}

function gatherWindow(reference: Tree | undefined, scope: Scope, into: Set<SourceColumn>): void {
  for (const window of nodes(field(scope.query, 'windowClause'))) {
    if (field(window, 'winref') !== reference) continue
    for (const name of ['partitionClause', 'orderClause']) gatherSorted(field(window, name), scope, into)
  }
}

/** A clause names expressions of the target list by number. */
function gatherSorted(clause: Tree | undefined, scope: Scope, into: Set<SourceColumn>): void {
  const references = new Set(nodes(clause).map(one => field(one, 'tleSortGroupRef')))
  for (const target of targets(scope.query)) {
    if (references.has(field(target, 'ressortgroupref'))) gather(field(target, 'expr'), scope, into)
  }
}

function leaves(tree: Tree | undefined): number[] {
  if (!isNode(tree)) return []
  if (tree.node === 'RANGETBLREF') return [Number(field(tree, 'rtindex'))]
  return [...leaves(field(tree, 'larg')), ...leaves(field(tree, 'rarg'))]
}

function subqueryOf(scope: Scope, index: number): TreeNode {
  const range = entry(scope, index)
  const subquery = range === undefined ? undefined : field(range, 'subquery')
  return isNode(subquery) ? subquery : { node: 'QUERY', fields: new Map() }
}

function addAll({ outputs, rows }: Analysis, into: Set<SourceColumn>): void {
  for (const { sources } of outputs) for (const source of sources) into.add(source)
  for (const source of rows) into.add(source)
}

const field = (node: TreeNode, name: string): Tree | undefined => node.fields.get(name)
const nodes = (tree: Tree | undefined): TreeNode[] => (Array.isArray(tree) ? tree.filter(isNode) : [])
const targets = (query: TreeNode): TreeNode[] => nodes(field(query, 'targetList'))
const entry = ({ query }: Scope, index: number): TreeNode | undefined =>
  nodes(field(query, 'rtable'))[index - 1]
