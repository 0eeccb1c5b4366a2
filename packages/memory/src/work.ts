import { came } from './came.ts'

/**
 * Named work: what a CPU is billed for besides its memory accesses, such as `context-switch` or
 * `socket.send`. Code names work once, as a constant of its module, and a machine profile prices
 * it by name. Numbers stand for names, so that charging is an array access.
 */
export type Work = number

const names: string[] = []
const known = new Map<string, Work>()

/** The number that stands for `name` in this isolate; the same one each time it is asked. */
export function work(name: string): Work {
  const before = known.get(name)
  if (before !== undefined) return before
  names.push(name)
  known.set(name, names.length - 1)
  return names.length - 1
}

/** The name behind a number that `work` gave. Throws a RangeError for any other number. */
export function workName(number: Work): string {
  const name = typeof number === 'number' ? names[number] : undefined
  if (name === undefined) {
    throw new RangeError(`no work has number ${came(number)}: ${names.length} do`)
  }
  return name
}

/** How many names are known so far: one more than the largest number. */
export function workCount(): number {
  return names.length
}
