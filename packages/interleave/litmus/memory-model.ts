import { check, type LitmusProgram, words } from './program.ts'

const ALGLAVE = 'Alglave, Maranget and Tautschnig, Herding Cats, TOPLAS 36(2), 2014'

/** Each thread writes its word and reads the other's; under sequential consistency one sees 1. */
export const storeBuffering: LitmusProgram = {
  verdict: 'holds',
  source: `SB, ${ALGLAVE}`,
  minimum: 3,
  setup({ thread, after }) {
    const x = words(4)
    const seen = [0, 0]
    for (const me of [0, 1]) {
      thread(`t${me}`, () => {
        Atomics.store(x, me, 1)
        seen[me] = Atomics.load(x, 1 - me)
      })
    }
    after(() => check(seen[0] === 1 || seen[1] === 1, 'expected one thread to see the other'))
  },
}

/** Data, then a flag: who sees the flag sees the data. */
export const messagePassing: LitmusProgram = {
  verdict: 'holds',
  source: `MP, ${ALGLAVE}`,
  setup({ thread }) {
    const x = words(4)
    thread('sender', () => {
      x[0] = 42
      Atomics.store(x, 2, 1)
    })
    thread('receiver', () => {
      if (Atomics.load(x, 2) === 1) check(x[0] === 42, 'expected the data with the flag')
    })
  },
}

/** The same with a plain flag, which orders nothing. */
export const messagePassingPlain: LitmusProgram = {
  verdict: 'data-race',
  source: `MP with a plain flag, ${ALGLAVE}`,
  setup({ thread }) {
    const x = words(4)
    thread('sender', () => {
      x[0] = 42
      x[2] = 1
    })
    thread('receiver', () => {
      if (x[2] === 1) check(x[0] === 42, 'expected the data with the flag')
    })
  },
}

/** Each thread reads one word and writes the other: not both can read the other's write. */
export const loadBuffering: LitmusProgram = {
  verdict: 'holds',
  source: `LB, ${ALGLAVE}`,
  minimum: 3,
  setup({ thread, after }) {
    const x = words(4)
    const seen = [0, 0]
    for (const me of [0, 1]) {
      thread(`t${me}`, () => {
        seen[me] = Atomics.load(x, me)
        Atomics.store(x, 1 - me, 1)
      })
    }
    after(() => check(seen[0] === 0 || seen[1] === 0, 'expected one thread to read first'))
  },
}

/** Two readers agree on the order of two independent writes. */
export const iriw: LitmusProgram = {
  verdict: 'holds',
  source: `IRIW, ${ALGLAVE}`,
  minimum: 15,
  setup({ thread, after }) {
    const x = words(8)
    const seen = [0, 0, 0, 0]
    thread('writer x', () => Atomics.store(x, 0, 1))
    thread('writer y', () => Atomics.store(x, 4, 1))
    thread('reader xy', () => {
      seen[0] = Atomics.load(x, 0)
      seen[1] = Atomics.load(x, 4)
    })
    thread('reader yx', () => {
      seen[2] = Atomics.load(x, 4)
      seen[3] = Atomics.load(x, 0)
    })
    after(() => check(seen.join('') !== '1010', 'expected the readers to agree'))
  },
}

/** One word is written by two threads, and a third reads it twice: it never goes back. */
export const coherence: LitmusProgram = {
  verdict: 'holds',
  source: `CoRR, ${ALGLAVE}`,
  setup({ thread, after }) {
    const x = words(2)
    const seen = [0, 0]
    thread('w', () => {
      Atomics.store(x, 0, 1)
      Atomics.store(x, 0, 2)
    })
    thread('r', () => {
      seen[0] = Atomics.load(x, 0)
      seen[1] = Atomics.load(x, 0)
    })
    after(() => check(seen[1]! >= seen[0]!, 'expected the reads to go forward'))
  },
}

/** Two widths on the same bytes: JavaScript lets the reader see half of the write. */
export const mixedSize: LitmusProgram = {
  verdict: 'data-race',
  source: 'ECMA-262, section 29.9 (data races: ranges must be equal)',
  setup({ thread }) {
    const buffer = new SharedArrayBuffer(8)
    const wide = new Int32Array(buffer)
    const narrow = new Int16Array(buffer)
    thread('wide', () => Atomics.store(wide, 0, -1))
    thread('narrow', () => Atomics.load(narrow, 1))
  },
}
