import { MAX_PRIORITY, Preemption, Priority } from '@smpnet/scheduler'
import { listOf, refuse } from '../checking/check.ts'
import type { SchedulerRules } from '../stack-config.ts'

/** FreeBSD's values of a sysctl, and ours. */
export interface SysctlType {
  /** As sysctl(8) prints the value of a configuration. */
  show(value: unknown): string | number
  /** The value of a text; ranges are left to `defineStack`. Throws StackMisconfigured. */
  parse(text: string, name: string): unknown
  /** What may be set, where that is one of some words. */
  readonly words?: readonly string[]
  /** Whether a key that is not there has a value, too. */
  readonly mayBeAbsent?: boolean
}

const DIGITS = /^\d{1,10}$/

export const number: SysctlType = {
  show: (value) => value as number,
  parse: (text, name) => (DIGITS.test(text) ? Number(text) : refuse(name, 'a whole number', text)),
}

/** Of threads, which need not be whole: a load average. */
export const quantity: SysctlType = {
  show: (value) => value as number,
  parse(text, name) {
    return /^\d+(\.\d+)?$/.test(text) ? Number(text) : refuse(name, 'a number', text)
  },
}

/** 0 and 1. */
export const flag: SysctlType = {
  show: Number,
  parse: (text, name) => text === oneOf(['0', '1'], text, name) && text === '1',
  words: ['0', '1'],
}

/** The same words on both sides. */
export function words(known: readonly string[]): SysctlType {
  return { show: String, parse: (text, name) => oneOf(known, text, name), words: known }
}

/** A machine profile by its name, whether it is a known one or one's own. */
export const machineName: SysctlType = {
  show: (value) => (typeof value === 'string' ? value : (value as { name: string }).name),
  parse: (text, name) => oneOf([], text, name),
  words: [],
}

/** Words that FreeBSD spells in another way, by what we call them. */
export function renamed(theirs: Readonly<Record<string, string>>): SysctlType {
  const ours = new Map(Object.entries(theirs).map(([own, their]) => [their, own]))
  const known = [...ours.keys()]
  return {
    show: (value) => theirs[value as string] ?? String(value),
    parse: (text, name) => ours.get(oneOf(known, text, name)),
    words: known,
  }
}

/** -1 is `all`. */
export const countOrAll: SysctlType = {
  show: (value) => (value === 'all' ? -1 : (value as number)),
  parse(text, name) {
    if (text === '-1') return 'all'
    return DIGITS.test(text) ? Number(text) : refuse(name, '-1 or a whole number', text)
  },
}

/** Which threads may preempt, by the last priority that may. */
export const threshold: SysctlType = {
  show: (value) => new Preemption(value as SchedulerRules['preemption']).threshold,
  parse(text, name) {
    const last = DIGITS.test(text) ? Number(text) : Number.NaN
    const named = new Map<number, string>([
      [0, 'none'],
      [Priority.kernel, 'kernel'],
      [MAX_PRIORITY, 'full'],
    ])
    if (last <= MAX_PRIORITY) return named.get(last) ?? last
    return refuse(name, `a priority from 0 to ${MAX_PRIORITY}`, text)
  },
}

/** What a key has that need not be there: `default` is that it is not. */
export function orDefault(known: readonly string[]): SysctlType {
  return {
    show: (value) => (value === undefined ? DEFAULT : String(value)),
    parse: (text) => (text === DEFAULT ? undefined : text),
    words: [DEFAULT, ...known],
    mayBeAbsent: true,
  }
}

const DEFAULT = 'default'

function oneOf(known: readonly string[], text: string, name: string): string {
  return known.includes(text) ? text : refuse(name, listOf(known), text)
}
