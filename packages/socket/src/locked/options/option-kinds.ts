import { came } from '@smpnet/memory'
import { acceptFilters, type FilterName } from './accept-filters.ts'

/** Whether a close waits for what was sent, and how many seconds: struct linger. */
export interface Linger {
  readonly onoff: boolean
  readonly seconds: number
}

/** What the values of options are, by their kind. */
export interface OptionValues {
  readonly flag: boolean
  readonly bytes: number
  readonly milliseconds: number
  readonly count: number
  readonly errno: number
  readonly linger: Linger
  readonly filter: FilterName | 'none'
}

export type OptionKind = keyof OptionValues

/** How a value of a kind is kept in a word, of which 0 is what a new socket has. */
interface Kept<T> {
  /** What it takes, for a sentence and for the README. */
  says(least: number, most: number): string
  fits(value: unknown, least: number, most: number): boolean
  toWord(value: T): number
  /** `first` is the value of the word 0. */
  ofWord(word: number, first: number): T
}

/** USHRT_MAX, the most that so_linger takes in sosetopt of FreeBSD. */
const MOST_LINGER_SECONDS = 65_535

const whole = (value: unknown, least: number, most: number): boolean => {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

function counted(unit: string): Kept<number> {
  return {
    says: (least, most) => `a whole number of ${unit} from ${least} to ${most}`,
    fits: whole,
    toWord: (value) => value,
    ofWord: (word, first) => (word === 0 ? first : word),
  }
}

const LINGER: Kept<Linger> = {
  says: () => `{ onoff, seconds }, a boolean and a whole number from 0 to ${MOST_LINGER_SECONDS}`,
  fits(value) {
    const { onoff, seconds } = (value ?? {}) as Partial<Linger>
    return typeof onoff === 'boolean' && whole(seconds, 0, MOST_LINGER_SECONDS)
  },
  toWord: ({ onoff, seconds }) => (seconds << 1) | Number(onoff),
  ofWord: (word) => ({ onoff: (word & 1) !== 0, seconds: word >>> 1 }),
}

const FILTERS: readonly string[] = ['none', ...acceptFilters.map(({ name }) => name)]

const KINDS: { readonly [K in OptionKind]: Kept<OptionValues[K]> } = {
  flag: {
    says: () => 'a boolean',
    fits: (value) => typeof value === 'boolean',
    toWord: Number,
    ofWord: (word) => word !== 0,
  },
  bytes: counted('bytes'),
  milliseconds: counted('milliseconds'),
  count: counted('them'),
  errno: counted('them'),
  linger: LINGER,
  filter: {
    says: () => `one of ${FILTERS.join(', ')}`,
    fits: (value) => FILTERS.includes(value as string),
    toWord: (value) => FILTERS.indexOf(value),
    ofWord: (word) => FILTERS[word] as FilterName | 'none',
  },
}

/** A kind of values, as the code that has a row of the table uses it. */
export function keptAs(kind: OptionKind): Kept<unknown> {
  return KINDS[kind] as Kept<unknown>
}

/** The word of a value. Throws a RangeError for one that an option does not take. */
export function wordOf(
  { name, kind }: { readonly name: string; readonly kind: OptionKind },
  value: unknown,
  [least, most]: readonly [number, number],
): number {
  const kept = keptAs(kind)
  if (kept.fits(value, least, most)) return kept.toWord(value)
  throw new RangeError(`${name} takes ${kept.says(least, most)}: ${valueCame(value)} came`)
}

/** What came, with what is in it: of `{ onoff: 1 }` the values are of interest. */
function valueCame(value: unknown): string {
  if (typeof value !== 'object' || value === null) return came(value)
  const { onoff, seconds } = value as Partial<Linger>
  return `${came(onoff)} and ${came(seconds)}`
}
