import { check, type LitmusProgram, words } from './program.ts'

type Words = Int32Array<SharedArrayBuffer>

interface Lock {
  lock(x: Words, me: number): void
  unlock(x: Words, me: number): void
}

function locked(
  lock: Lock,
  verdict: string,
  source: string,
  threads = 2,
  rounds = 1,
): LitmusProgram {
  return {
    verdict,
    source,
    setup({ thread, after }) {
      const x = words(16)
      const inside = words(2)
      for (let me = 0; me < threads; me++) {
        thread(`t${me}`, () => {
          for (let round = 0; round < rounds; round++) {
            lock.lock(x, me)
            inside[0] = inside[0]! + 1
            lock.unlock(x, me)
          }
        })
      }
      const total = threads * rounds
      after(() => check(inside[0] === total, `expected ${total}, got ${inside[0]}`))
    },
  }
}

export const testAndSet = locked(
  {
    lock(x) {
      while (Atomics.exchange(x, 0, 1) === 1);
    },
    unlock(x) {
      Atomics.store(x, 0, 0)
    },
  },
  'holds',
  'the simplest lock',
  3,
)

const MCS = 'Mellor-Crummey and Scott, Algorithms for scalable synchronization, TOCS 9(1), 1991'

/** Word 0: next ticket. Word 2: now serving. */
export const ticket = locked(
  {
    lock(x) {
      const mine = Atomics.add(x, 0, 1)
      while (Atomics.load(x, 2) !== mine);
    },
    unlock(x) {
      Atomics.add(x, 2, 1)
    },
  },
  'holds',
  MCS,
  3,
)

/** Word 0: tail. For thread t, word 4 + 2t: next, word 5 + 2t: whether it must wait. */
const mcsLock: Lock = {
  lock(x, me) {
    const node = 4 + 4 * me
    Atomics.store(x, node, 0)
    Atomics.store(x, node + 1, 1)
    const before = Atomics.exchange(x, 0, node)
    if (before === 0) return
    Atomics.store(x, before, node)
    while (Atomics.load(x, node + 1) === 1);
  },
  unlock(x, me) {
    const node = 4 + 4 * me
    if (Atomics.load(x, node) === 0) {
      if (Atomics.compareExchange(x, 0, node, 0) === node) return
      while (Atomics.load(x, node) === 0);
    }
    Atomics.store(x, Atomics.load(x, node) + 1, 0)
  },
}

export const mcs = locked(mcsLock, 'holds', MCS)
export const mcs3 = locked(mcsLock, 'holds', MCS, 3)

/** The owner gives up although a successor is on its way, which then waits for ever. */
export const mcsNoWait = locked(
  {
    lock: mcsLock.lock,
    unlock(x, me) {
      const node = 4 + 4 * me
      const next = Atomics.load(x, node)
      if (next === 0) Atomics.compareExchange(x, 0, node, 0)
      else Atomics.store(x, next + 1, 0)
    },
  },
  'livelock',
  `${MCS}; unlock does not wait for the successor`,
)

const DREPPER = 'Drepper, Futexes are tricky, 2011'

/**
 * The first mutex counts everybody who comes. The counter is scaled here so that it overflows
 * after 4 instead of 2 ** 32. When it does, the lock looks free while it is held: a second thread
 * walks in, and another may sleep on a lock that nobody will unlock.
 */
export const drepper1 = locked(
  {
    lock(x) {
      for (;;) {
        const before = Atomics.add(x, 0, 0x40000000)
        if (before === 0) return
        Atomics.wait(x, 0, (before + 0x40000000) | 0)
      }
    },
    unlock(x) {
      Atomics.store(x, 0, 0)
      Atomics.notify(x, 0, 1)
    },
  },
  'lost-wakeup',
  `${DREPPER}, Mutex 1; overflow`,
  3,
)

function unlock23(x: Words): void {
  if (Atomics.sub(x, 0, 1) !== 1) {
    Atomics.store(x, 0, 0)
    Atomics.notify(x, 0, 1)
  }
}

/** The second mutex: 0 free, 1 held, 2 held and perhaps waited for. */
function drepperSecond(retry: number): Lock {
  return {
    lock(x) {
      let seen = Atomics.compareExchange(x, 0, 0, 1)
      if (seen === 0) return
      do {
        if (seen === 2 || Atomics.compareExchange(x, 0, 1, 2) !== 0) Atomics.wait(x, 0, 2)
        seen = Atomics.compareExchange(x, 0, 0, retry)
      } while (seen !== 0)
    },
    unlock: unlock23,
  }
}

/** A woken thread takes the lock as 1 and forgets the others that still sleep. */
export const drepper2Forgets = locked(
  drepperSecond(1),
  'lost-wakeup',
  `${DREPPER}, Mutex 2; a woken thread must take the lock as 2`,
  3,
)

export const drepper2 = locked(drepperSecond(2), 'holds', `${DREPPER}, Mutex 2`)

const drepperThird: Lock = {
  lock(x) {
    let seen = Atomics.compareExchange(x, 0, 0, 1)
    if (seen === 0) return
    if (seen !== 2) seen = Atomics.exchange(x, 0, 2)
    while (seen !== 0) {
      Atomics.wait(x, 0, 2)
      seen = Atomics.exchange(x, 0, 2)
    }
  },
  unlock: unlock23,
}

export const drepper3 = locked(drepperThird, 'holds', `${DREPPER}, Mutex 3`)
export const drepper3By3 = locked(drepperThird, 'holds', `${DREPPER}, Mutex 3`, 3)

/** Checks, then sleeps, without saying so in between: the wakeup comes between the two. */
export const sleepsLate: LitmusProgram = {
  verdict: 'lost-wakeup',
  source: 'the lost wakeup of Birrell, An introduction to programming with threads, 1989',
  setup({ thread }) {
    const x = words(4)
    thread('sleeper', () => {
      if (Atomics.load(x, 0) === 0) Atomics.wait(x, 2, 0)
    })
    thread('waker', () => {
      Atomics.store(x, 0, 1)
      Atomics.notify(x, 2)
    })
  },
}
