import { type Access, areDependent } from '../engine/event.ts'

/** A sequence of steps to be made, with what each touches and which earlier ones it must follow. */
export interface Sequence {
  readonly accesses: Access[]
  /** `precedes(i, j)`: whether step i of the original sequence happens before step j. */
  precedes(i: number, j: number): boolean
  /** Positions in the original sequence of the steps that are left. */
  readonly positions: number[]
}

/** A branch still to be explored: a thread's next step, and what is to follow it. */
export interface Branch {
  readonly access: Access
  readonly children: Branch[]
}

/**
 * Whether the thread of `access` can make the sequence's first step, up to reordering: either it
 * is in the sequence with nothing before it, or it is not and depends on nothing there. Answers
 * with its position, -1 for the second case, or undefined.
 */
export function initialOf(access: Access, sequence: Sequence): number | undefined {
  const { accesses, positions } = sequence
  let at = 0
  let isIndependent = true
  while (at < accesses.length && accesses[at]!.thread !== access.thread) {
    isIndependent &&= !areDependent(access, accesses[at]!)
    at++
  }
  if (at === accesses.length) return isIndependent ? -1 : undefined
  for (let i = 0; i < at; i++) {
    if (sequence.precedes(positions[i]!, positions[at]!)) return undefined
  }
  return at
}

/**
 * Adds a sequence to the branches of a node, unless they already lead to all that it leads to;
 * takes out of it what they lead to.
 * This is `insert` of optimal dynamic partial order reduction (Abdulla, Aronis, Jonsson and
 * Sagonas, "Source Sets", J. ACM 64(4), 2017, section 6).
 */
export function insert(branches: Branch[], sequence: Sequence): void {
  let level = branches
  for (;;) {
    const child = findInitial(level, sequence)
    if (child === undefined) break
    if (child.children.length === 0) return
    level = child.children
  }
  for (const access of sequence.accesses) {
    const branch: Branch = { access, children: [] }
    level.push(branch)
    level = branch.children
  }
}

/** The first branch that the sequence may start with; its step is taken out of the sequence. */
function findInitial(level: readonly Branch[], rest: Sequence): Branch | undefined {
  for (const branch of level) {
    const at = initialOf(branch.access, rest)
    if (at === undefined) continue
    if (at >= 0) {
      rest.accesses.splice(at, 1)
      rest.positions.splice(at, 1)
    }
    return branch
  }
  return undefined
}
