/** How deep in options and handles a field is made wrong. */
const DEPTH = 3

/**
 * The places of a list of arguments in which one may be wrong: each argument, and each field of
 * those that are objects or arrays of a caller's making; `put` is such a list with one wrong.
 *
 * @param {readonly unknown[]} list
 */
export function oneWrong(list) {
  return pathsIn(list, DEPTH).map((keys) => ({
    name: keys.join('.'),
    put: (own, value) => withWrong(own, keys, value),
  }))
}

function pathsIn(of, depth) {
  return Object.keys(of).flatMap((key) => {
    const inside = isPlain(of[key]) && depth > 0 ? pathsIn(of[key], depth - 1) : []
    return [[key], ...inside.map((path) => [key, ...path])]
  })
}

/**
 * A copy, down to what is replaced; what is not plain is shared.
 *
 * @param {any} of
 * @param {string[]} keys
 * @param {unknown} value
 */
function withWrong(of, keys, value) {
  const [key = '', ...rest] = keys
  const copy = Array.isArray(of) ? [...of] : { ...of }
  copy[key] = rest.length === 0 ? value : withWrong(of[key], rest, value)
  return copy
}

function isPlain(value) {
  if (Array.isArray(value)) return true
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype
  )
}
