import * as fc from 'fast-check'
import { OP } from '../../src/runtime/operation.ts'
import type { ModelPromise } from '../../src/runtime/promise.ts'
import { shape } from '../../src/runtime/shapes.ts'
import { AWAIT, state, STEP } from '../../src/runtime/state.ts'
import { wrap } from '../../src/runtime/functions.ts'
import type { Setup } from '../../src/explorer/explorer.ts'

/** One instruction of a random thread, over a few shared words and one register. */
export type Instruction =
  | { readonly do: 'load' | 'read'; readonly at: number }
  | {
      readonly do: 'store' | 'write' | 'add' | 'exchange'
      readonly at: number
      readonly value: number
    }
  | { readonly do: 'cas'; readonly at: number; readonly expected: number; readonly value: number }
  /** Skips the next instruction if the register is 0. */
  | { readonly do: 'ifNonZero' }
  | { readonly do: 'wait'; readonly at: number; readonly value: number; readonly isTimed: boolean }
  /** Awaits a `waitAsync`. */
  | {
      readonly do: 'sleep'
      readonly at: number
      readonly value: number
      readonly isTimed: boolean
    }
  /** Does not await it, and takes down later what came of it. */
  | {
      readonly do: 'watch'
      readonly at: number
      readonly value: number
      readonly isTimed: boolean
    }
  /** Awaits a `waitAsync` with a timeout again and again until the word is not 0. */
  | { readonly do: 'poll'; readonly at: number }
  | { readonly do: 'notify'; readonly at: number; readonly count: number }
  /** Loops until the word is not 0. */
  | { readonly do: 'await'; readonly at: number }
  /** Loops until it has exchanged a 0 for a 1. */
  | { readonly do: 'lock'; readonly at: number }
  /** The same as one step, and the same for a word that is to be 1. */
  | { readonly do: 'acquire' | 'until'; readonly at: number }
  /** Acquires the word, adds to the next, and writes 0. */
  | { readonly do: 'locked'; readonly at: number; readonly value: number }
  /** Loops until the next word is not 0, and takes a lock to look at it. */
  | { readonly do: 'awaitLocked'; readonly at: number }
  /** Throws if the register is what it says. */
  | { readonly do: 'assert'; readonly not: number }

export type Program = readonly (readonly Instruction[])[]

const at = fc.integer({ min: 0, max: 2 })
const value = fc.integer({ min: 0, max: 2 })

const instruction: fc.Arbitrary<Instruction> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('load' as const, 'read' as const), at }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('store' as const, 'write' as const, 'add' as const, 'exchange' as const),
      at,
      value,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('cas' as const), at, expected: value, value }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'ifNonZero' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('wait' as const, 'wait' as const, 'sleep' as const, 'watch' as const),
      at,
      value,
      isTimed: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('notify' as const),
      at,
      count: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'await' as const,
        'lock' as const,
        'awaitLocked' as const,
        'poll' as const,
      ),
      at,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.record({ do: fc.constantFrom('acquire' as const, 'until' as const), at }),
      fc.record({ do: fc.constant('locked' as const), at, value }),
    ),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('assert' as const), not: value }) },
)

/** A program in which threads may die, and what is then done. */
export interface MortalProgram {
  readonly program: Program
  readonly burial: readonly Instruction[]
  readonly immortal: readonly number[]
  readonly deaths: number
}

/** Programs small enough to try every order of their steps. */
export const programs: fc.Arbitrary<Program> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.array(fc.array(instruction, { minLength: 1, maxLength: 4 }), {
      minLength: 2,
      maxLength: 2,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.array(fc.array(instruction, { minLength: 1, maxLength: 3 }), {
      minLength: 3,
      maxLength: 3,
    }),
  },
)

function threads(count: number, maxLength: number): fc.Arbitrary<Program> {
  const one = fc.array(instruction, { minLength: 1, maxLength })
  return fc.array(one, { minLength: count, maxLength: count })
}

/** Of two or three threads, of which one or two may die. */
export const mortalPrograms: fc.Arbitrary<MortalProgram> = fc.record({
  program: fc.oneof(threads(2, 3), threads(3, 2)),
  burial: fc.array(instruction, { minLength: 0, maxLength: 2 }),
  immortal: fc.oneof(fc.constant([]), fc.constant([0])),
  deaths: fc.integer({ min: 1, max: 2 }),
})

/** Programs in which exhaustive exploration once missed an execution, as random ones showed. */
export const TELLING: readonly Program[] = [
  [
    [
      { do: 'wait', at: 1, value: 0, isTimed: false },
      { do: 'wait', at: 1, value: 1, isTimed: false },
    ],
    [{ do: 'cas', at: 1, expected: 0, value: 1 }],
    [{ do: 'notify', at: 1, count: 1 }],
  ],
  [
    [{ do: 'add', at: 1, value: 2 }],
    [
      { do: 'cas', at: 2, expected: 0, value: 1 },
      { do: 'poll', at: 1 },
      { do: 'notify', at: 1, count: 2 },
    ],
    [
      { do: 'exchange', at: 2, value: 1 },
      { do: 'write', at: 1, value: 0 },
    ],
  ],
]

/** What deaths make of a notify: one who waits has died, and another may be behind it. */
export const TELLING_DEATHS: readonly MortalProgram[] = [1, 2].map((deaths) => ({
  program: [
    [{ do: 'notify', at: 0, count: 1 }],
    [{ do: 'wait', at: 0, value: 0, isTimed: true }],
    [{ do: 'wait', at: 0, value: 0, isTimed: true }],
  ],
  burial: [],
  immortal: [0],
  deaths,
}))

/**
 * The program as a setup; `seen` is told what each thread read and what the memory came to. With a
 * burial, threads may die, except those that are immortal, and then it is told of that, too.
 */
export function setupOf(
  program: Program,
  seen: (state: string) => void,
  burial?: readonly Instruction[],
  isImmortal: (thread: number) => boolean = () => false,
): Setup {
  return ({ thread, after, onDeath }) => {
    const words = new Int32Array(new SharedArrayBuffer(16))
    const logs = program.map((): unknown[] => [])
    const burials = program.map((): unknown[] => [])
    program.forEach((instructions, i) => {
      const steps = wrap(body(instructions, words, logs[i]!) as never, shape(2, ''))
      thread(`t${i}`, steps as () => unknown, { mortal: !isImmortal(i) })
    })
    if (burial !== undefined) {
      const bury = function* ({ number }: { number: number }): Generator<unknown, void, unknown> {
        burials[number]!.push('buried')
        yield* body(burial, words, burials[number]!)()
      }
      onDeath(wrap(bury as never, shape(2, '')) as () => unknown)
    }
    after(() => seen(JSON.stringify(burial ? [[...words], logs, burials] : [[...words], logs])))
  }
}

function body(instructions: readonly Instruction[], words: Int32Array, log: unknown[]) {
  return function* (): Generator<unknown, void, unknown> {
    let register = 0
    let isSkipped = false
    for (const each of instructions) {
      if (isSkipped) {
        isSkipped = false
        continue
      }
      if (each.do === 'ifNonZero') isSkipped = register === 0
      else if (each.do === 'assert') {
        if (register === each.not) throw new Error(`register is ${each.not}`)
      } else if (each.do === 'until') log.push(yield* awaited(OP.load, words, each.at, 1))
      else if (each.do === 'acquire') log.push(yield* acquire(words, each.at))
      else if (each.do === 'locked') {
        yield* acquire(words, each.at)
        log.push(yield* step(OP.add, words, (each.at + 1) % 3, each.value))
        yield* step(OP.store, words, each.at, 0)
      } else if (each.do === 'await') {
        yield* spin(
          () => step(OP.load, words, each.at),
          (seen) => seen !== 0,
        )
      } else if (each.do === 'lock') {
        yield* spin(
          () => step(OP.exchange, words, each.at, 1),
          (seen) => seen === 0,
        )
      } else if (each.do === 'awaitLocked') {
        yield* spin(
          () => lookLocked(words, each.at),
          (seen) => seen !== 0,
        )
      } else if (each.do === 'poll') {
        yield* spin(
          () => poll(words, each.at),
          (seen) => seen !== 0,
        )
      } else if (each.do === 'sleep') log.push(yield* sleep(each, words))
      else if (each.do === 'watch') watch(yield* waitAsync(each, words), log)
      else {
        prepare(each, words)
        const result = yield STEP
        log.push(result)
        if (typeof result === 'number') register = result
      }
    }
  }
}

type Round = Generator<unknown, unknown, unknown>

/** What the compiler makes of `do seen = round() while (!isDone(seen))`. */
function* spin(round: () => Round, isDone: (seen: unknown) => boolean): Generator<unknown, void> {
  let mark = -1
  for (;;) {
    const { host } = state
    if (mark >= 0 && host!.isRemovable(mark)) {
      state.pending.event(OP.spin, 0, mark)
      yield STEP
    }
    mark = host!.length
    if (isDone(yield* round())) return
  }
}

function* awaited(kind: 0 | 8, words: Int32Array, at: number, expected: number): Round {
  const op = state.pending.access(kind, 0, words as never, at)
  op.first = expected
  op.second = 1
  op.isAwaited = true
  return yield STEP
}

function acquire(words: Int32Array, at: number): Round {
  return awaited(OP.compareExchange, words, at, 0)
}

function* step(kind: 0 | 1 | 2 | 7, words: Int32Array, at: number, value = 0): Round {
  state.pending.access(kind, 0, words as never, at).first = value
  return yield STEP
}

type Waited = { readonly value: string | ModelPromise }

function* waitAsync(
  { at, value, isTimed }: { at: number; value: number; isTimed: boolean },
  words: Int32Array,
): Generator<unknown, Waited['value'], unknown> {
  const op = state.pending.access(OP.waitAsync, 0, words as never, at)
  op.first = value
  op.timeoutMs = isTimed ? 10 : Infinity
  return ((yield STEP) as Waited).value
}

function* sleep(each: { at: number; value: number; isTimed: boolean }, words: Int32Array): Round {
  state.awaited = yield* waitAsync(each, words)
  return yield AWAIT
}

function watch(value: Waited['value'], log: unknown[]): void {
  if (typeof value === 'string') log.push(value)
  else void value.then((outcome) => log.push(outcome))
}

/** Sleeps for a while unless the word is not 0, and looks at it. */
function* poll(words: Int32Array, at: number): Round {
  yield* sleep({ at, value: 0, isTimed: true }, words)
  return yield* step(OP.load, words, at)
}

/** Takes the lock at `at`, looks at the next word, and gives the lock back. */
function* lookLocked(words: Int32Array, at: number): Round {
  yield* spin(
    () => step(OP.exchange, words, at, 1),
    (seen) => seen === 0,
  )
  const seen = yield* step(OP.load, words, (at + 1) % 3)
  yield* step(OP.store, words, at, 0)
  return seen
}

function prepare(each: Instruction & { at: number }, words: Int32Array): void {
  const kind = each.do === 'cas' ? OP.compareExchange : OP[each.do as keyof typeof OP]
  const op = state.pending.access(kind, 0, words as never, each.at)
  if (each.do === 'cas') {
    op.first = each.expected
    op.second = each.value
  } else if (each.do === 'notify') op.first = each.count
  else if ('value' in each) op.first = each.value
  if (each.do === 'wait') op.timeoutMs = each.isTimed ? 10 : Infinity
}
