import { parentPort, workerData } from 'node:worker_threads'
import { bindThread } from '@smpnet/machine/live'
import { LiveMemory } from '@smpnet/memory'
import type { HostRole, HostTask } from './host-task.ts'

/**
 * One of two threads that measure a host's memory: `measurer` times, `other` writes what it reads.
 * They follow each other by words that nothing else shares a line with, and time batches of some
 * ten microseconds, so that a batch in which the host took one of them away shows and can be left
 * out.
 */

const {
  words: buffer,
  role,
  core,
} = workerData as {
  readonly words: SharedArrayBuffer
  readonly role: HostRole
  /** The core of this thread; undefined where threads cannot be bound. */
  readonly core: number | undefined
}
if (core !== undefined) bindThread(core)
const words = new Int32Array(buffer)
const bytes = new Uint8Array(buffer)

/** Words of their own lines, two of them since lines come in pairs. */
const TURN = 0
const READY = 32
const WORD = 64
const STAMP = 96
/** From here on lines are measured, each of the next pair of lines. */
const LINES_AT = 1024
const STRIDE = 32
const LINES = 512
const BATCHES = 40
const REPEATS = 4096
const OTHER_HALF = 1 << 23
const COPIED = 1 << 14
/** A word that no other thread has. */
const OWN = 512

/** Lines in an order that no prefetcher guesses. */
const ORDER = Array.from({ length: LINES }, (_, i) => LINES_AT + ((i * 197) % LINES) * STRIDE)

function timed(times: number, body: () => unknown): number {
  const began = performance.now()
  body()
  return ((performance.now() - began) * 1e6) / times
}

function batches(batch: () => number, count = BATCHES): number[] {
  return Array.from({ length: count }, batch)
}

/*
 * Each has a loop of its own, since one that was called with several operations would not be
 * compiled into any of them, and its calls would take longer than what they measure.
 */

function reads(): number {
  let sum = 0
  for (let turn = 0; turn < REPEATS; turn++) sum += memory.read(OWN + (turn & 4))
  return sum
}

function loads(): void {
  for (let turn = 0; turn < REPEATS; turn++) memory.load(OWN)
}

function stores(): void {
  for (let turn = 0; turn < REPEATS; turn++) memory.store(OWN, turn)
}

function writes(): void {
  for (let turn = 0; turn < REPEATS; turn++) memory.write(OWN, turn)
}

function swaps(): void {
  for (let turn = 0; turn < REPEATS; turn++) memory.compareExchange(OWN, turn, turn + 1)
}

function clocks(): void {
  for (let turn = 0; turn < REPEATS; turn++) performance.now()
}

function pauses(): void {
  for (let turn = 0; turn < REPEATS; turn++) memory.pause(0)
}

function notifies(): void {
  for (let turn = 0; turn < REPEATS; turn++) Atomics.notify(words, WORD)
}

function additions(): void {
  for (let turn = 0; turn < REPEATS; turn++) Atomics.add(words, WORD, 1)
}

function blindSwaps(): void {
  for (const at of ORDER) Atomics.compareExchange(words, at, 0, 1)
}

function loadsAndSwaps(): void {
  for (const at of ORDER) Atomics.compareExchange(words, at, Atomics.load(words, at), 1)
}

const repeated = (body: () => unknown) => (): number => timed(REPEATS, body)

/** Has the other thread write every line, and then times what is done to each. */
function foreign(round: { turn: number }, body: () => void): number {
  Atomics.store(words, TURN, ++round.turn)
  while (Atomics.load(words, READY) !== round.turn);
  return timed(LINES, body)
}

/** 32 MB, each line with the place of the next to be read. */
let chased: Int32Array | undefined

function madeChase(): Int32Array {
  const count = 1 << 19
  const next = new Int32Array(count * 16)
  for (let i = 0; i < count; i++) next[i * 16] = ((i * 179_426_549 + 1) % count) * 16
  return next
}

function chase(): number[] {
  const next = (chased ??= madeChase())
  let at = 0
  return batches(() =>
    timed(REPEATS, () => {
      for (let turn = 0; turn < REPEATS; turn++) at = next[at]!
    }),
  )
}

const memory = LiveMemory.create(1 << 14)
const round = { turn: 0 }

const measurements: Readonly<Record<HostTask, () => number[]>> = {
  read: () => batches(repeated(reads)),
  load: () => batches(repeated(loads)),
  store: () => batches(repeated(stores)),
  write: () => batches(repeated(writes)),
  swap: () => batches(repeated(swaps)),
  clock: () => batches(repeated(clocks)),
  pause: () => batches(repeated(pauses), 10),
  notify: () => batches(repeated(notifies), 20),
  memory: chase,
  copy: () =>
    batches(() =>
      timed(COPIED, () =>
        bytes.copyWithin(OTHER_HALF, OTHER_HALF + COPIED, OTHER_HALF + 2 * COPIED),
      ),
    ),
  checksum: () => batches(() => timed(2048, () => void memory.sum(0, 2048)), 20),
  blindSwap: () => batches(() => foreign(round, blindSwaps)),
  loadAndSwap: () => batches(() => foreign(round, loadsAndSwaps)),
  foreignCopy: () =>
    batches(() => {
      Atomics.store(words, TURN, -++round.turn)
      while (Atomics.load(words, READY) !== -round.turn);
      const from = LINES_AT * 4
      return timed(COPIED / 64, () => bytes.copyWithin(OTHER_HALF, from, from + COPIED))
    }),
  contended: () =>
    batches(() => {
      Atomics.store(words, TURN, (1 << 30) | ++round.turn)
      while (Atomics.load(words, READY) !== ((1 << 30) | round.turn));
      const began = Atomics.load(words, WORD)
      const ns = timed(1, additions)
      return ns / (Atomics.load(words, WORD) - began)
    }),
  wake: () =>
    batches(() => {
      const seen = Atomics.load(words, STAMP)
      Atomics.store(words, TURN, (1 << 29) | ++round.turn)
      Atomics.wait(words, STAMP, seen)
      return (
        (performance.timeOrigin + performance.now() - new Float64Array(buffer, 512, 1)[0]!) * 1e6
      )
    }, 10),
}

function measure(): void {
  parentPort!.on('message', (task: HostTask) => parentPort!.postMessage(measurements[task]()))
}

/** Sleeps between tasks, and follows while one is on. */
function follow(): void {
  for (let seen = 0; ; ) {
    const turn = Atomics.load(words, TURN)
    if (turn === seen) {
      Atomics.wait(words, READY + 8, 0, 0)
      continue
    }
    seen = turn
    answer(turn)
  }
}

function answer(turn: number): void {
  if (turn < 0) {
    bytes.fill(turn, LINES_AT * 4, LINES_AT * 4 + COPIED)
    Atomics.store(words, READY, turn)
  } else if (turn & (1 << 30)) {
    Atomics.store(words, READY, turn)
    while (Atomics.load(words, TURN) === turn) Atomics.add(words, WORD, 1)
  } else if (turn & (1 << 29)) {
    const until = performance.now() + 1
    while (performance.now() < until);
    new Float64Array(buffer, 512, 1)[0] = performance.timeOrigin + performance.now()
    Atomics.add(words, STAMP, 1)
    Atomics.notify(words, STAMP)
  } else {
    for (const at of ORDER) Atomics.store(words, at, 0)
    Atomics.store(words, READY, turn)
  }
}

if (role === 'measurer') measure()
else follow()
