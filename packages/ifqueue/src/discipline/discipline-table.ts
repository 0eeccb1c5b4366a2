import { Codel } from './codel.ts'
import type { Discipline, DisciplineKnobs, DisciplineSite } from './discipline.ts'
import { Fifo } from './fifo.ts'
import { FqCodel } from './fq-codel.ts'
import { Priority } from './priority.ts'
import { Red } from './red.ts'

/** A discipline as an entry of a table: enough to make one without knowing which it is. */
export interface DisciplineEntry {
  /** As a command line or the row of a table names it. */
  readonly name: string
  readonly summary: string
  /** Bytes of one that is told these knobs, all zero at first. */
  bytes(knobs?: DisciplineKnobs): number
  /** One at a place. Throws a RangeError or TypeError for what it cannot go by. */
  over(site: DisciplineSite): Discipline
}

/** Every discipline, a line each: suites, benches and comparisons run over them. */
export const disciplineTable: readonly DisciplineEntry[] = [
  entry('fifo', Fifo, 'first in, first out; what finds no room is dropped'),
  entry('red', Red, 'random early detection: drops by the mean length, before there is no room'),
  entry('codel', Codel, 'RFC 8289: drops while every packet has waited too long'),
  entry('fq-codel', FqCodel, 'RFC 8290: a queue under CoDel for each flow, which take turns'),
  entry('priority', Priority, 'the most urgent band that has a packet goes first'),
]

interface DisciplineClass {
  readonly bytes: number | ((knobs?: DisciplineKnobs) => number)
  new (site: DisciplineSite): Discipline
}

function entry(name: string, Class: DisciplineClass, summary: string): DisciplineEntry {
  const { bytes } = Class
  return {
    name,
    summary,
    bytes: (knobs) => (typeof bytes === 'number' ? bytes : bytes(knobs)),
    over: (site) => new Class(site),
  }
}
