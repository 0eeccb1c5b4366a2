/**
 * What came, as a sentence of an error says it: `5`, `'5'`, `undefined`, `a Mutex`. Anything may
 * have come, a symbol or an object that throws when it is looked at among it, so that nothing is
 * converted, and nothing but the class of an object is asked for.
 */
export function came(value: unknown): string {
  if (typeof value === 'string')
    return `'${value.length > MOST ? `${value.slice(0, MOST)}…` : value}'`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return isClass(value) ? 'a class' : 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  const name = className(value)
  return `${/^[AEIOo]/.test(name) ? 'an' : 'a'} ${name}`
}

/** Of a long text, so much is shown. */
const MOST = 40

function className(value: object): string {
  if (Array.isArray(value)) return 'Array'
  try {
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
    // Compilers rename classes that name themselves: `_Mutex`.
    if (typeof name === 'string' && name !== '')
      return name === 'Object' ? 'object' : name.replace(/^_+/, '')
  } catch {
    // Something that throws when it is asked is an object all the same.
  }
  return 'object'
}

/** Whether a function is to be called by `new` only. */
export function isClass(value: object): boolean {
  return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false
}
