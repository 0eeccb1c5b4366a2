import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { startLive } from '@smpnet/machine/live'
import { Scheduler } from '@smpnet/scheduler'
import { bench } from '@smpnet/testing'

/**
 * A thread of one CPU wakes a thread of another, which wakes it back; one operation is such a round
 * trip. Beside two workers that post messages to each other, and wait for them on their event loops
 * or spin for them.
 */

/** What each CPU of our machine runs. */
export default function boot(cpu, words) {
  const scheduler = new Scheduler(cpu)
  const [mine, theirs] = cpu.id === 0 ? [words.answer, words.ask] : [words.ask, words.answer]
  scheduler.spawn(function* (td) {
    const { memory, lot } = cpu
    for (let round = 1; ; round++) {
      if (cpu.id === 0) {
        memory.store(words.count, round)
        yield* post(memory, lot, theirs, round)
        yield* waitFor(td, mine, round)
      } else {
        yield* waitFor(td, mine, round)
        yield* post(memory, lot, theirs, round)
      }
    }
  })
  return scheduler
}

function* post(memory, lot, at, round) {
  memory.store(at, round)
  if (lot.tryUnpark(at, 1) < 0) yield* lot.unpark(at, 1)
}

function* waitFor(td, at, round) {
  const { memory } = td.pcpu
  while (memory.load(at) !== round) {
    if (!td.spinWhile(at, round - 1)) yield* td.lot.park(td, at, at, round - 1)
  }
}

/** Our machine runs for ever; a slice reads how far it has come, and waits for time to pass. */
export async function ours({ spins }) {
  let words
  const machine = await startLive({
    cpus: 2,
    spins,
    boot: new URL(import.meta.url),
    setup: ({ arena }) => {
      const at = arena.place('words of the bench', 4 * 64)
      words = { ask: at, answer: at + 64, count: at + 128 }
      return words
    },
  })
  const { memory } = machine.here
  return async (slice) => {
    const before = memory.load(words.count)
    while (!slice.done(memory.load(words.count) - before)) {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    return memory.load(words.count) - before
  }
}

/** Two workers with a port each. */
export async function ports({ port, spins }, { index }) {
  port.ref?.()
  const next = spins
    ? () => {
        for (;;) {
          const message = receiveMessageOnPort(port)
          if (message !== undefined) return message.message
        }
      }
    : () => new Promise((resolve) => port.once('message', resolve))
  return async (slice) => {
    let n = 0
    for (let isLast = false; !isLast; n++) {
      if (index === 0) port.postMessage((isLast = slice.done(n)))
      const message = await next()
      if (index === 1) port.postMessage((isLast = message))
    }
    return index === 0 ? n : undefined
  }
}

function channel(spins) {
  const { port1, port2 } = new MessageChannel()
  return [port1, port2].map((port) => ({
    module: import.meta.url,
    run: 'ports',
    args: { port, spins },
    transfer: [port],
  }))
}

function kernel(spins) {
  return { module: import.meta.url, run: 'ours', args: { spins } }
}

await bench(import.meta.url, {
  name: 'wake a thread of another CPU and be woken',
  what: 'round trip',
  baseline: 'MessagePort, event loop',
  variants: {
    'MessagePort, event loop': { threads: () => channel(false) },
    'MessagePort, spinning': { threads: () => channel(true) },
    'our kernel threads': { threads: [kernel(true)] },
    'our kernel threads, parked': { threads: [kernel(false)] },
  },
})
