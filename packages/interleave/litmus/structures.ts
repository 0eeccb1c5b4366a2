import { check, type LitmusProgram, words } from './program.ts'

type Words = Int32Array<SharedArrayBuffer>

const TREIBER = 'Treiber, Systems programming: coping with parallelism, IBM RJ 5118, 1986'

/** Word 0: the top node. Node n: word 2n its value, word 2n + 1 the next node. */
function push(x: Words, node: number): void {
  for (;;) {
    const top = Atomics.load(x, 0)
    Atomics.store(x, 2 * node + 1, top)
    if (Atomics.compareExchange(x, 0, top, node) === top) return
  }
}

function pop(x: Words): number {
  for (;;) {
    const top = Atomics.load(x, 0)
    if (top === 0) return 0
    const next = Atomics.load(x, 2 * top + 1)
    if (Atomics.compareExchange(x, 0, top, next) === top) return top
  }
}

export const treiber: LitmusProgram = {
  verdict: 'holds',
  source: TREIBER,
  setup({ thread, after }) {
    const x = words(16)
    const popped = [0, 0]
    thread('pusher', () => {
      push(x, 1)
      push(x, 2)
    })
    thread('popper a', () => (popped[0] = pop(x)))
    thread('popper b', () => (popped[1] = pop(x)))
    after(() => {
      let node = Atomics.load(x, 0)
      const left: number[] = []
      for (; node !== 0; node = Atomics.load(x, 2 * node + 1)) left.push(node)
      const all = [...popped.filter((n) => n !== 0), ...left].sort()
      check(all.join() === '1,2', `expected nodes 1 and 2 once each, got ${all.join()}`)
    })
  },
}

/** A node is popped and pushed again while another pop looks at it: the stack loses a node. */
export const treiberAba: LitmusProgram = {
  verdict: 'assertion',
  source: `${TREIBER}; the ABA problem`,
  setup({ thread, after }) {
    const x = words(16)
    push(x, 3)
    push(x, 2)
    push(x, 1)
    let slow = 0
    thread('slow', () => (slow = pop(x)))
    thread('fast', () => {
      const first = pop(x)
      pop(x)
      if (first !== 0) push(x, first)
    })
    after(() => {
      const top = Atomics.load(x, 0)
      check(top !== 2, `expected node 2 to be out, since ${slow} and it were popped`)
    })
  },
}

const MICHAEL_SCOTT = 'Michael and Scott, Simple, fast, and practical queue algorithms, PODC 1996'

/** Word 0: head, word 2: tail. Node n: word 4 + 2n its value, word 5 + 2n the next node. */
function enqueue(x: Words, node: number, value: number): void {
  Atomics.store(x, 4 + 2 * node, value)
  for (;;) {
    const tail = Atomics.load(x, 2)
    const next = Atomics.load(x, 5 + 2 * tail)
    if (next !== 0) Atomics.compareExchange(x, 2, tail, next)
    else if (Atomics.compareExchange(x, 5 + 2 * tail, 0, node) === 0) {
      Atomics.compareExchange(x, 2, tail, node)
      return
    }
  }
}

function dequeue(x: Words): number {
  for (;;) {
    const head = Atomics.load(x, 0)
    const tail = Atomics.load(x, 2)
    const next = Atomics.load(x, 5 + 2 * head)
    if (head !== Atomics.load(x, 0)) continue
    if (next === 0) return 0
    if (head === tail) Atomics.compareExchange(x, 2, tail, next)
    else {
      const value = Atomics.load(x, 4 + 2 * next)
      if (Atomics.compareExchange(x, 0, head, next) === head) return value
    }
  }
}

function queue(): Words {
  const x = words(24)
  x[0] = 1
  x[2] = 1
  return x
}

export const michaelScott: LitmusProgram = {
  verdict: 'holds',
  source: MICHAEL_SCOTT,
  setup({ thread, after }) {
    const x = queue()
    const out = [0, 0]
    thread('a', () => enqueue(x, 2, 10))
    thread('b', () => enqueue(x, 3, 20))
    thread('c', () => (out[0] = dequeue(x)))
    after(() => {
      const rest = [dequeue(x), dequeue(x), dequeue(x)]
      const all = [...out, ...rest].filter((value) => value !== 0).sort()
      check(all.join() === '10,20', `expected 10 and 20 once each, got ${all.join()}`)
    })
  },
}

/** Words 0, 2: top and bottom. Words from 4: the items. */
const CHASE_LEV = 'Chase and Lev, Dynamic circular work-stealing deque, SPAA 2005'

function give(x: Words, value: number): void {
  const bottom = Atomics.load(x, 2)
  Atomics.store(x, 4 + bottom, value)
  Atomics.store(x, 2, bottom + 1)
}

function take(x: Words, isCareful: boolean): number {
  const bottom = Atomics.load(x, 2) - 1
  Atomics.store(x, 2, bottom)
  const top = Atomics.load(x, 0)
  if (top > bottom) {
    Atomics.store(x, 2, bottom + 1)
    return 0
  }
  const value = Atomics.load(x, 4 + bottom)
  if (top < bottom || !isCareful) return value
  const won = Atomics.compareExchange(x, 0, top, top + 1) === top
  Atomics.store(x, 2, bottom + 1)
  return won ? value : 0
}

function steal(x: Words): number {
  const top = Atomics.load(x, 0)
  if (top >= Atomics.load(x, 2)) return 0
  const value = Atomics.load(x, 4 + top)
  return Atomics.compareExchange(x, 0, top, top + 1) === top ? value : 0
}

function deque(verdict: string, source: string, isCareful: boolean): LitmusProgram {
  return {
    verdict,
    source,
    setup({ thread, after }) {
      const x = words(12)
      const got: number[][] = [[], [], []]
      thread('owner', () => {
        give(x, 1)
        give(x, 2)
        got[0]!.push(take(x, isCareful), take(x, isCareful))
      })
      thread('thief', () => got[1]!.push(steal(x)))
      thread('other thief', () => got[2]!.push(steal(x)))
      after(() => {
        const all = got
          .flat()
          .filter((value) => value !== 0)
          .sort()
        check(new Set(all).size === all.length, `expected no item twice, got ${all.join()}`)
      })
    },
  }
}

export const chaseLev = deque('holds', CHASE_LEV, true)
export const chaseLevNoCas = deque('assertion', `${CHASE_LEV}; the last item without a CAS`, false)

const BUF_RING = 'FreeBSD sys/sys/buf_ring.h'

/** Words 0, 2: producer head and tail; 4: consumer. Two slots from 6 on, so that it can be full. */
function ringPut(x: Words, value: number): boolean {
  for (;;) {
    const head = Atomics.load(x, 0)
    if (head - Atomics.load(x, 4) === 2) {
      if (head === Atomics.load(x, 0)) return false
      continue
    }
    if (Atomics.compareExchange(x, 0, head, head + 1) !== head) continue
    x[6 + 2 * (head % 2)] = value
    while (Atomics.load(x, 2) !== head);
    Atomics.store(x, 2, head + 1)
    return true
  }
}

function ringGet(x: Words): number {
  const at = Atomics.load(x, 4)
  if (at === Atomics.load(x, 2)) return 0
  const value = x[6 + 2 * (at % 2)]!
  Atomics.store(x, 4, at + 1)
  return value
}

export const bufRing: LitmusProgram = {
  verdict: 'holds',
  source: BUF_RING,
  setup({ thread, after }) {
    const x = words(12)
    const got: number[] = []
    thread('producer a', () => check(ringPut(x, 1), 'expected room'))
    thread('producer b', () => check(ringPut(x, 2), 'expected room'))
    thread('consumer', () => got.push(ringGet(x), ringGet(x)))
    after(() => {
      const all = [...got, ringGet(x), ringGet(x)].filter((value) => value !== 0).sort()
      check(all.join() === '1,2', `expected 1 and 2 once each, got ${all.join()}`)
    })
  },
}

/** The producer's tail moves before the slot is written. */
export const bufRingEarly: LitmusProgram = {
  verdict: 'data-race',
  source: `${BUF_RING}; the tail moves before the slot is written`,
  setup({ thread }) {
    const x = words(12)
    thread('producer', () => {
      Atomics.store(x, 2, 1)
      x[6] = 1
    })
    thread('consumer', () => ringGet(x))
  },
}
