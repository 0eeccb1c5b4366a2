import { WORD_BYTES } from './address.ts'
import { BadHandle } from './bad-handle.ts'
import type { Memory } from './memory.ts'
import { came } from './came.ts'
import { expectMethods } from './expect.ts'

/**
 * Handles are checked before a word of what they name is used. A handle comes from another thread,
 * by a message, and what comes may be anything: another thing's handle, the object whose handle it
 * should be, what JSON has made of one, or the handle of another version.
 *
 * A kind of handle is a table of its fields; `expectHandle` is the one function that checks them
 * all. What the figures of a handle should be is known only where they lead, and is compared there
 * by `expectSame`.
 */
export type HandleField = 'buffer' | 'address' | 'count' | 'text' | 'list' | 'any' | HandleKind

export interface HandleKind {
  /** As sentences name it: 'a mutex'. */
  readonly of: string
  /** By name; a name that ends in `?` may be left out. */
  readonly fields: Readonly<Record<string, HandleField>>
}

/**
 * Throws BadHandle, saying what was expected and what came, unless `value` looks like one: an
 * object that has its fields, whose addresses are in `memory`, if that is told.
 */
export function expectHandle(
  kind: HandleKind,
  value: unknown,
  ...opened: [memory?: Memory]
): void {
  const expected = `the handle of ${kind.of} was expected`
  if (typeof value !== 'object' || value === null) {
    throw new BadHandle(`${expected}: ${came(value)} came`)
  }
  if ('handle' in value) {
    throw new BadHandle(`${expected}: ${came(value)} itself came; pass its \`.handle\``)
  }
  const size = opened.length === 0 ? 2 ** 31 : sizeOf(opened[0], kind)
  const wrong = wrongField(kind, value, '', size)
  if (wrong === undefined) return
  const [path, field, found] = wrong
  throw new BadHandle(`${expected}: one whose ${path} is ${came(found)} came${hint(field, found)}`)
}

/** Throws BadHandle unless the figures of a handle are those that it was made with. */
export function expectSame(
  what: string,
  made: readonly unknown[],
  named: readonly unknown[],
): void {
  if (made.every((figure, i) => figure === named[i])) return
  const [here, there] = [made, named].map((figures) => figures.map(came).join(', '))
  throw new BadHandle(`${what} as it was made was expected, ${here}: ${there} came`)
}

/** Whether a value is a SharedArrayBuffer, of this realm or, as in a test's, of another. */
export function isShared(value: unknown): value is SharedArrayBuffer {
  return Object.prototype.toString.call(value) === '[object SharedArrayBuffer]'
}

type Wrong = readonly [path: string, field: HandleField, found: unknown]

function wrongField(
  { fields }: HandleKind,
  value: object,
  path: string,
  size: number,
): Wrong | undefined {
  for (const [key, field] of Object.entries(fields)) {
    const name = key.replace('?', '')
    const found: unknown = (value as Record<string, unknown>)[name]
    if (found === undefined && key.endsWith('?')) continue
    const at = `${path}${name}`
    if (typeof field === 'string') {
      if (!IS[field](found) || (field === 'address' && (found as number) >= size)) {
        return [at, field, found]
      }
    } else if (typeof found !== 'object' || found === null) {
      return [at, field, found]
    } else {
      const inner = wrongField(field, found, `${at}.`, size)
      if (inner !== undefined) return inner
    }
  }
  return undefined
}

/** Bytes of the memory that a handle is opened in. Throws a TypeError for what is none. */
function sizeOf(memory: Memory | undefined, { of }: HandleKind): number {
  expectMethods(`the memory of ${of}`, memory, ['load', 'store', 'read', 'write'])
  return memory!.size
}

const isWhole = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31

const IS: Record<Exclude<HandleField, HandleKind>, (value: unknown) => boolean> = {
  buffer: isShared,
  address: (value) => isWhole(value) && (value as number) % WORD_BYTES === 0,
  count: isWhole,
  text: (value) => typeof value === 'string',
  list: Array.isArray,
  any: (value) => value !== undefined,
}

function hint(field: HandleField, found: unknown): string {
  if (field !== 'buffer' || typeof found !== 'object' || found === null) return ''
  return '; a handle goes by postMessage or workerData, as JSON cannot carry what is shared'
}
