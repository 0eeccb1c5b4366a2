import type { Operation } from '../runtime/operation.ts'
import { placeOf } from '../runtime/places.ts'

/**
 * What the source calls a view at a place: the variable or property that an operation of `Atomics`
 * is given, of which an element is taken, or a method called. Empty where that has no name.
 */
export function viewNameAt(place: number): string {
  const { expression } = placeOf(place)
  const holder = holderIn(expression)
  return /[\w$#]+$/.exec(holder)?.[0] ?? ''
}

/** Methods of views; of any other method it is not known what it touches. */
const METHODS: ReadonlySet<string> = new Set(
  [Object.getPrototypeOf(Int8Array.prototype) as object, DataView.prototype].flatMap((of) =>
    Object.getOwnPropertyNames(of),
  ),
)

function holderIn(expression: string): string {
  const atomic = /\.(load|store|add|sub|and|or|xor|exchange|compareExchange|wait\w*|notify)\(/
  const call = atomic.exec(expression)
  if (call !== null) return firstArgument(expression.slice(call.index + call[0].length))
  const [target = ''] = expression.split(/\s(?:[-+*/%&|^?<>]|>>>?|\*\*|&&|\|\|)?=\s/)
  const trimmed = target.replace(/(\+\+|--)$/, '').replace(/^(\+\+|--)/, '')
  if (trimmed.endsWith(']')) return beforeBracket(trimmed)
  const called = /^(.*)\.([\w$#]+)\(/.exec(trimmed)
  return called !== null && METHODS.has(called[2]!) ? called[1]! : ''
}

/** Up to the first comma that is in no parentheses. */
function firstArgument(text: string): string {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const one = text[i]!
    if ('([{'.includes(one)) depth++
    else if (')]}'.includes(one)) depth--
    if (depth < 0 || (depth === 0 && one === ',')) return text.slice(0, i).trim()
  }
  return text.trim()
}

/** What stands before the bracket that the last one closes. */
function beforeBracket(text: string): string {
  let depth = 0
  for (let i = text.length - 1; i >= 0; i--) {
    if (text[i] === ']') depth++
    else if (text[i] === '[' && --depth === 0) return text.slice(0, i).trim()
  }
  return ''
}

/**
 * Names for the views of a schedule. Where two buffers have one name, their names have numbers, in
 * the order in which they are used. Where the source has none, as at the call of a function that
 * does nothing else, what the view or its buffer is called elsewhere stands for it.
 */
export class ViewNames {
  readonly #buffers: object[] = []
  readonly #called = new Map<string, Set<object>>()
  readonly #names = new Map<object, string>()

  /** Notes a step's view. Returns what tells its final name, once all have been noted. */
  note({ view, place }: Operation): () => string {
    if (view === undefined) return () => ''
    const { buffer } = view
    if (!this.#buffers.includes(buffer)) this.#buffers.push(buffer)
    const own = viewNameAt(place)
    if (own !== '') this.#call(own, view, buffer)
    return () => {
      const name = own || this.#names.get(view) || this.#names.get(buffer) || ''
      const same = this.#buffers.filter((one) => this.#called.get(name)?.has(one))
      return same.length < 2 ? name : `${name}#${same.indexOf(buffer) + 1}`
    }
  }

  #call(name: string, view: object, buffer: object): void {
    const buffers = this.#called.get(name)
    if (buffers === undefined) this.#called.set(name, new Set([buffer]))
    else buffers.add(buffer)
    for (const one of [view, buffer]) if (!this.#names.has(one)) this.#names.set(one, name)
  }
}
