import type { AnyNode } from './syntax.ts'

/**
 * Nodes that are not in the source. What is made here has no place, so a debugger stays where the
 * source's own nodes say it is; parentheses are the printer's business and never thought of.
 */

type Maybe = AnyNode | null | undefined

function make(type: string, fields: object): AnyNode {
  return { type, ...fields } as never
}

export function id(name: string): AnyNode {
  return make('Identifier', { name })
}

export function literal(value: string | number | boolean | null): AnyNode {
  if (typeof value === 'number' && value < 0) {
    return make('UnaryExpression', { operator: '-', prefix: true, argument: literal(-value) })
  }
  return make('Literal', { value, raw: JSON.stringify(value) })
}

export function undefinedValue(): AnyNode {
  return make('UnaryExpression', { operator: 'void', prefix: true, argument: literal(0) })
}

/** `object.name`. */
export function member(object: AnyNode | string, name: string): AnyNode {
  return make('MemberExpression', {
    object: typeof object === 'string' ? id(object) : object,
    property: id(name),
    computed: false,
    optional: false,
  })
}

/** `object[key]`. */
export function index(object: AnyNode, key: AnyNode): AnyNode {
  return make('MemberExpression', { object, property: key, computed: true, optional: false })
}

export function call(callee: AnyNode, args: readonly AnyNode[]): AnyNode {
  return make('CallExpression', { callee, arguments: args, optional: false })
}

export function assign(left: AnyNode, right: AnyNode, operator = '='): AnyNode {
  return make('AssignmentExpression', { operator, left, right })
}

export function conditional(test: AnyNode, consequent: AnyNode, alternate: AnyNode): AnyNode {
  return make('ConditionalExpression', { test, consequent, alternate })
}

export function logical(operator: string, left: AnyNode, right: AnyNode): AnyNode {
  return make('LogicalExpression', { operator, left, right })
}

export function binary(operator: string, left: AnyNode, right: AnyNode): AnyNode {
  return make('BinaryExpression', { operator, left, right })
}

export function sequence(expressions: readonly AnyNode[]): AnyNode {
  return make('SequenceExpression', { expressions })
}

export function array(elements: readonly Maybe[]): AnyNode {
  return make('ArrayExpression', { elements })
}

export function yielded(argument: AnyNode): AnyNode {
  return make('YieldExpression', { argument, delegate: false })
}

export function delegated(argument: AnyNode): AnyNode {
  return make('YieldExpression', { argument, delegate: true })
}

export function arrow(params: readonly AnyNode[], body: AnyNode): AnyNode {
  const expression = body.type !== 'BlockStatement'
  return make('ArrowFunctionExpression', { params, body, expression, async: false })
}

/** `function* (params) { body }`, with or without a name. */
export function generator(
  params: readonly AnyNode[],
  body: readonly AnyNode[],
  name?: string,
): AnyNode {
  return make(name === undefined ? 'FunctionExpression' : 'FunctionDeclaration', {
    id: name === undefined ? null : id(name),
    params,
    body: block(body),
    generator: true,
    async: false,
  })
}

export function block(body: readonly AnyNode[]): AnyNode {
  return make('BlockStatement', { body })
}

export function statement(expression: AnyNode): AnyNode {
  return make('ExpressionStatement', { expression })
}

export function returns(argument: AnyNode): AnyNode {
  return make('ReturnStatement', { argument })
}

export function declarator(target: AnyNode, init: Maybe): AnyNode {
  return make('VariableDeclarator', { id: target, init: init ?? null })
}

export function declare(kind: string, declarations: readonly AnyNode[]): AnyNode {
  return make('VariableDeclaration', { kind, declarations })
}

/** `let a, b;`, or nothing. */
export function declareNames(names: readonly string[]): AnyNode[] {
  return names.length === 0
    ? []
    : [
        declare(
          'let',
          names.map((name) => declarator(id(name), null)),
        ),
      ]
}

export function property(key: string, value: AnyNode): AnyNode {
  return make('Property', {
    key: literal(key),
    value,
    kind: 'init',
    computed: false,
    method: false,
    shorthand: false,
  })
}

export function object(properties: readonly AnyNode[]): AnyNode {
  return make('ObjectExpression', { properties })
}

export function spreadOf(argument: AnyNode): AnyNode {
  return make('SpreadElement', { argument })
}

export function rest(argument: AnyNode): AnyNode {
  return make('RestElement', { argument })
}

export function staticBlock(body: readonly AnyNode[]): AnyNode {
  return make('StaticBlock', { body })
}

/** Several statements for one; whoever holds a list of statements takes them out. */
export function many(body: readonly AnyNode[]): AnyNode {
  return make('Many', { body })
}

export function isMany(node: AnyNode): node is AnyNode & { body: AnyNode[] } {
  return (node.type as string) === 'Many'
}
