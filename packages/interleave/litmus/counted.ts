import { type LitmusProgram, words } from './program.ts'

/** Programs whose least number of executions is published or can be counted by hand. */
const SOURCE_SETS = 'Abdulla, Aronis, Jonsson and Sagonas, Optimal DPOR, POPL 2014'

/** One writer and n readers of one word: each reader comes before or after, so 2 ** n. */
function readers(n: number): LitmusProgram {
  return {
    verdict: 'holds',
    source: `readers(${n}), ${SOURCE_SETS}`,
    minimum: 2 ** n,
    setup({ thread }) {
      const x = words(2)
      thread('writer', () => Atomics.store(x, 0, 1))
      for (let i = 0; i < n; i++) thread(`reader ${i}`, () => Atomics.load(x, 0))
    },
  }
}

export const readers2 = readers(2)
export const readers8 = readers(8)

/** n writers of different values to one word: every order counts, so n! */
function writers(n: number, minimum: number): LitmusProgram {
  return {
    verdict: 'holds',
    source: 'n! orders of n writes',
    minimum,
    setup({ thread }) {
      const x = words(2)
      for (let i = 1; i <= n; i++) thread(`writer ${i}`, () => Atomics.store(x, 0, i))
    },
  }
}

export const writers3 = writers(3, 6)
export const writers5 = writers(5, 120)

/** One thread looks for the last zero in an array that the others fill, each from its neighbour. */
function lastZero(n: number, minimum: number): LitmusProgram {
  return {
    verdict: 'holds',
    source: `lastzero(${n}), ${SOURCE_SETS}`,
    minimum,
    setup({ thread }) {
      const x = words(2 * (n + 1))
      thread('finder', () => {
        let i = n
        while (Atomics.load(x, 2 * i) !== 0) i--
      })
      for (let j = 1; j <= n; j++) {
        thread(`writer ${j}`, () => {
          Atomics.store(x, 2 * j, Atomics.load(x, 2 * (j - 1)) + 1)
        })
      }
    },
  }
}

export const lastZero5 = lastZero(5, 64)
export const lastZero10 = lastZero(10, 3328)

/** Threads put messages into a hash table of 128 slots; only the last threads can collide. */
function indexer(n: number, minimum: number): LitmusProgram {
  return {
    verdict: 'holds',
    source: `indexer(${n}), Flanagan and Godefroid, Dynamic partial-order reduction, POPL 2005`,
    minimum,
    setup({ thread }) {
      const table = words(2 * 128)
      for (let me = 0; me < n; me++) {
        thread(`t${me}`, () => {
          for (let message = 1; message <= 4; message++) {
            const value = message * 11 + me
            let slot = (value * 7) % 128
            while (Atomics.compareExchange(table, 2 * slot, 0, value) !== 0)
              slot = (slot + 1) % 128
          }
        })
      }
    },
  }
}

export const indexer12 = indexer(12, 8)

/** Threads that allocate blocks for inodes under locks; few of them meet. */
function filesystem(n: number, minimum: number): LitmusProgram {
  return {
    verdict: 'holds',
    source: `filesystem(${n}), Flanagan and Godefroid, Dynamic partial-order reduction, POPL 2005`,
    minimum,
    setup({ thread }) {
      const inodes = 32
      const blocks = 26
      const lockI = words(2 * inodes)
      const lockB = words(2 * blocks)
      const inode = words(2 * inodes)
      const busy = words(2 * blocks)
      const enter = (locks: Int32Array, at: number): void => {
        while (Atomics.compareExchange(locks, 2 * at, 0, 1) !== 0);
      }
      for (let me = 0; me < n; me++) {
        thread(`t${me}`, () => {
          const i = me % inodes
          enter(lockI, i)
          if (inode[2 * i] === 0) {
            for (let b = (i * 2) % blocks; ; b = (b + 1) % blocks) {
              enter(lockB, b)
              const isFree = busy[2 * b] === 0
              if (isFree) {
                busy[2 * b] = 1
                inode[2 * i] = b + 1
              }
              Atomics.store(lockB, 2 * b, 0)
              if (isFree) break
            }
          }
          Atomics.store(lockI, 2 * i, 0)
        })
      }
    },
  }
}

export const filesystem14 = filesystem(14, 2)
export const filesystem16 = filesystem(16, 8)
