import { check, type LitmusProgram, words } from './program.ts'

type Words = Int32Array<SharedArrayBuffer>

/** A mutual exclusion algorithm for threads that know their numbers. */
interface Exclusion {
  enter(x: Words, me: number): void
  exit(x: Words, me: number): void
}

/** Each of `threads` threads adds one to a plain word inside its critical section. */
function exclusion(
  algorithm: Exclusion,
  verdict: string,
  source: string,
  threads = 2,
): LitmusProgram {
  return {
    verdict,
    source,
    setup({ thread, after }) {
      const x = words(16)
      const inside = words(2)
      for (let me = 0; me < threads; me++) {
        thread(`t${me}`, () => {
          algorithm.enter(x, me)
          const before = inside[0]!
          inside[0] = before + 1
          algorithm.exit(x, me)
        })
      }
      after(() => check(inside[0] === threads, `expected ${threads}, got ${inside[0]}`))
    },
  }
}

/** Words 0 and 1: who is interested. Word 2: whose turn it is. */
const petersonLock: Exclusion = {
  enter(x, me) {
    Atomics.store(x, me, 1)
    Atomics.store(x, 2, 1 - me)
    while (Atomics.load(x, 1 - me) === 1 && Atomics.load(x, 2) === 1 - me);
  },
  exit(x, me) {
    Atomics.store(x, me, 0)
  },
}

const PETERSON = 'Peterson, Myths about the mutual exclusion problem, IPL 12(3), 1981'
export const peterson = exclusion(petersonLock, 'holds', PETERSON)

/** The turn is given away before interest is shown. */
export const petersonSwapped = exclusion(
  {
    enter(x, me) {
      Atomics.store(x, 2, 1 - me)
      Atomics.store(x, me, 1)
      while (Atomics.load(x, 1 - me) === 1 && Atomics.load(x, 2) === 1 - me);
    },
    exit: petersonLock.exit,
  },
  'data-race',
  `${PETERSON}; first two writes exchanged`,
)

const DEKKER = 'Dekker, in Dijkstra, EWD 123, 1965'
export const dekker = exclusion(
  {
    enter(x, me) {
      const other = 1 - me
      Atomics.store(x, me, 1)
      while (Atomics.load(x, other) === 1) {
        if (Atomics.load(x, 2) === me) continue
        Atomics.store(x, me, 0)
        while (Atomics.load(x, 2) !== me);
        Atomics.store(x, me, 1)
      }
    },
    exit(x, me) {
      Atomics.store(x, 2, 1 - me)
      Atomics.store(x, me, 0)
    },
  },
  'holds',
  DEKKER,
)

/** Politeness without a turn: both may step back for ever, in step. */
export const dekkerNoTurn = exclusion(
  {
    enter(x, me) {
      Atomics.store(x, me, 1)
      while (Atomics.load(x, 1 - me) === 1);
    },
    exit(x, me) {
      Atomics.store(x, me, 0)
    },
  },
  'livelock',
  `${DEKKER}; without the turn`,
)

/** Words 0-2: choosing. Words 3-5: numbers. */
function bakeryLock(threads: number): Exclusion {
  return {
    enter(x, me) {
      Atomics.store(x, me, 1)
      let highest = 0
      for (let i = 0; i < threads; i++) highest = Math.max(highest, Atomics.load(x, 3 + i))
      const mine = highest + 1
      Atomics.store(x, 3 + me, mine)
      Atomics.store(x, me, 0)
      for (let i = 0; i < threads; i++) {
        if (i === me) continue
        while (Atomics.load(x, i) === 1);
        for (;;) {
          const theirs = Atomics.load(x, 3 + i)
          if (theirs === 0 || theirs > mine || (theirs === mine && i > me)) break
        }
      }
    },
    exit(x, me) {
      Atomics.store(x, 3 + me, 0)
    },
  }
}

const BAKERY =
  "Lamport, A new solution of Dijkstra's concurrent programming problem, CACM 17(8), 1974"
export const bakery = exclusion(bakeryLock(2), 'holds', BAKERY)

/** Without the `choosing` words a thread can overlook another that is taking the same number. */
export const bakeryNoChoosing = exclusion(
  {
    enter(x, me) {
      const mine = Atomics.load(x, 4 - me) + 1
      Atomics.store(x, 3 + me, mine)
      for (;;) {
        const theirs = Atomics.load(x, 4 - me)
        if (theirs === 0 || theirs > mine || (theirs === mine && me === 0)) break
      }
    },
    exit(x, me) {
      Atomics.store(x, 3 + me, 0)
    },
  },
  'data-race',
  `${BAKERY}; without choosing`,
)
