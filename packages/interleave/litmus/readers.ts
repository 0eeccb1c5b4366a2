import { check, type LitmusProgram, words } from './program.ts'

type Words = Int32Array<SharedArrayBuffer>

const SEQLOCK = 'Boehm, Can seqlocks get along with programming language memory models?, MSPC 2012'

/** Word 0: the sequence. Words 2 and 4: what must be seen together. */
function seqlock(verdict: string, source: string, looksTwice: boolean): LitmusProgram {
  return {
    verdict,
    source,
    setup({ thread }) {
      const x = words(6)
      thread('writer', () => {
        Atomics.add(x, 0, 1)
        Atomics.store(x, 2, 1)
        Atomics.store(x, 4, 1)
        Atomics.add(x, 0, 1)
      })
      thread('reader', () => {
        for (;;) {
          const before = Atomics.load(x, 0)
          if (before % 2 === 1) continue
          const a = Atomics.load(x, 2)
          const b = Atomics.load(x, 4)
          if (looksTwice && Atomics.load(x, 0) !== before) continue
          return check(a === b, `expected both or neither, got ${a} and ${b}`)
        }
      })
    },
  }
}

export const seqlockHolds = seqlock('holds', SEQLOCK, true)
export const seqlockOnce = seqlock('assertion', `${SEQLOCK}; without the second look`, false)

const RCU = 'McKenney, Is parallel programming hard?, 2023, chapter 9'

/** Word 0: the published copy. Copies are two words at 2 and at 4. Word 6: readers inside. */
function rcu(verdict: string, source: string, waits: boolean): LitmusProgram {
  return {
    verdict,
    source,
    setup({ thread }) {
      const x = words(10)
      x[0] = 2
      thread('updater', () => {
        x[4] = 1
        x[5] = 1
        Atomics.store(x, 0, 4)
        if (waits) while (Atomics.load(x, 6) !== 0);
        x[2] = -1
      })
      thread('reader', () => {
        Atomics.add(x, 6, 1)
        const copy = Atomics.load(x, 0)
        check(x[copy] === x[copy + 1], 'expected a whole copy')
        Atomics.sub(x, 6, 1)
      })
    },
  }
}

export const rcuHolds = rcu('holds', RCU, true)
export const rcuEarly = rcu('data-race', `${RCU}; the old copy is reused without waiting`, false)

const COURTOIS =
  'Courtois, Heymans and Parnas, Concurrent control with readers and writers, CACM 14(10), 1971'

/** Word 0: number of readers, or -1 for a writer. */
function readLock(x: Words): void {
  for (;;) {
    const readers = Atomics.load(x, 0)
    if (readers < 0) Atomics.wait(x, 0, readers)
    else if (Atomics.compareExchange(x, 0, readers, readers + 1) === readers) return
  }
}

function writeLock(x: Words): void {
  for (;;) {
    const state = Atomics.compareExchange(x, 0, 0, -1)
    if (state === 0) return
    Atomics.wait(x, 0, state)
  }
}

export const readersWriters: LitmusProgram = {
  verdict: 'holds',
  source: COURTOIS,
  setup({ thread }) {
    const x = words(6)
    thread('writer', () => {
      writeLock(x)
      x[2] = 1
      x[4] = 1
      Atomics.store(x, 0, 0)
      Atomics.notify(x, 0)
    })
    for (const name of ['reader', 'other reader']) {
      thread(name, () => {
        readLock(x)
        check(x[2] === x[4], 'expected both or neither')
        Atomics.sub(x, 0, 1)
        Atomics.notify(x, 0)
      })
    }
  },
}

const PHILOSOPHERS = 'Dijkstra, Hierarchical ordering of sequential processes, 1971'

function philosophers(
  verdict: string,
  source: string,
  lastIsOdd: boolean,
  seats: number,
): LitmusProgram {
  return {
    verdict,
    source,
    setup({ thread }) {
      const forks = words(2 * seats)
      for (let seat = 0; seat < seats; seat++) {
        const isOdd = lastIsOdd && seat === seats - 1
        const left = 2 * (isOdd ? (seat + 1) % seats : seat)
        const right = 2 * (isOdd ? seat : (seat + 1) % seats)
        thread(`philosopher ${seat}`, () => {
          for (const fork of [left, right]) {
            while (Atomics.exchange(forks, fork, 1) === 1) Atomics.wait(forks, fork, 1)
          }
          for (const fork of [right, left]) {
            Atomics.store(forks, fork, 0)
            Atomics.notify(forks, fork)
          }
        })
      }
    },
  }
}

export const diningPhilosophers = philosophers('deadlock', PHILOSOPHERS, false, 3)
export const diningInOrder = philosophers(
  'holds',
  `${PHILOSOPHERS}; one takes the other fork first`,
  true,
  2,
)
