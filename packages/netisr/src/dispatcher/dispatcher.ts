import {
  type Arena,
  CACHE_LINE_BYTES,
  expectFunction,
  expectHandle,
  type HandleKind,
} from '@smpnet/memory'
import type { Waiter } from '@smpnet/park'
import type { Attached, LiveHandle, LiveMachine, LiveOptions } from '@smpnet/machine/live'
import { bootUrl, moduleUrl, ValueWriter } from '@smpnet/tasks/values'
import { Netisr } from '../netisr.ts'
import type { NetisrStatistics } from '../statistics/statistics.ts'
import { BadNetisr } from '../terms/errors.ts'
import { type DispatcherBootArgs, ITEMS, type ItemsHandle } from './dispatcher-boot.ts'
import {
  type DispatcherOptions,
  type DispatcherShape,
  dispatcherShape,
  expectSender,
  type SenderOptions,
} from './dispatcher-options.ts'
import { ItemSender } from './item-sender.ts'
import { Taker } from './returns.ts'
import { Slots } from './slots.ts'

/** Buckets of keys for each CPU, so that some can go where there is less to do. */
const BUCKETS = 256
/** Room for the machine, its parking lot and a netisr with its buckets, besides the items. */
const MACHINE_BYTES = 1 << 19

const DISPOSE: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')

/** `startLive` of `@smpnet/machine/live`; given by the user, as only that needs Node. */
export type StartMachine = <Args>(options: LiveOptions<Args>) => Promise<LiveMachine>
/** `attachLive` of the same. */
export type AttachMachine = (handle: LiveHandle) => Attached

/** What another thread needs to send to a dispatcher; it can be cloned and posted. */
export interface DispatcherHandle {
  readonly machine: LiveHandle
  readonly items: ItemsHandle
}

const ITEMS_HANDLE: HandleKind = {
  of: 'the items of a dispatcher',
  fields: { netisr: 'any', slots: 'any', settled: 'address' },
}
const HANDLE: HandleKind = { of: 'a dispatcher', fields: { machine: 'any', items: ITEMS_HANDLE } }

/**
 * Starts CPUs that take items by a function of a module, each key's on one CPU and in order, and
 * resolves when they are ready. Throws BadNetisr and TypeErrors for options that cannot be, and
 * CpuFailed when the module cannot be loaded or has no such function.
 */
export async function startDispatcher<Item>(
  startMachine: StartMachine,
  options: DispatcherOptions<Item>,
): Promise<Dispatcher<Item>> {
  expectFunction('what starts a machine, startLive of @smpnet/machine/live,', startMachine)
  const shape = dispatcherShape(options)
  let items!: ItemsHandle
  const machine = await startMachine<DispatcherBootArgs>({
    cpus: shape.cpus,
    memoryBytes: memoryBytes(shape),
    // Beside the CPUs there is a thread that sends, whose core a CPU that spins would take.
    spins: shape.cpus,
    boot: options.boot ?? bootUrl(import.meta.url, 'dispatcher-boot.js', '@smpnet/netisr'),
    ...(options.worker !== undefined && { worker: options.worker }),
    setup: ({ arena }) => {
      items = placeItems(arena, shape)
      return { items, module: moduleUrl(options.module), name: options.name ?? 'default' }
    },
  })
  // A loop that takes slots back keeps the process while items are on their way.
  machine.unref()
  return new Dispatcher(machine, items, options)
}

/**
 * A dispatcher as the thread that started it uses it: `send` and `trySend` items, `idle` to wait
 * for all of them, `stop` to end it. What goes wrong with a CPU rejects all that waits.
 */
export class Dispatcher<Item> {
  readonly #sender: ItemSender<Item>
  readonly #netisr: Netisr
  /** Names this dispatcher for other threads. */
  readonly handle: DispatcherHandle

  constructor(
    readonly machine: LiveMachine,
    items: ItemsHandle,
    options: SenderOptions<Item>,
  ) {
    this.handle = { machine: machine.handle, items }
    const { netisr, sender, slots } = sendingTo(machine.here, items, options)
    this.#netisr = netisr
    this.#sender = sender
    const ends = (error: unknown): void => {
      sender.lose(error)
      endFor(slots, sender.td, error)
    }
    machine.stopped.then(() => ends(new Error(STOPPED)), ends)
  }

  /** Items of this thread that are on their way or wait for room. */
  get pending(): number {
    return this.#sender.pending
  }

  /** Sends an item, or says false when there is no room. Throws CannotSend, and what ended it. */
  trySend(item: Item): boolean {
    return this.#sender.trySend(item)
  }

  /** Sends an item when there is room, after those that wait for it; resolves when it is sent. */
  send(item: Item): Promise<void> {
    return this.#sender.send(item)
  }

  /** Resolves when all that this thread sent is handled; rejects as `DispatcherOptions` say. */
  idle(): Promise<void> {
    return this.#sender.idle()
  }

  /** How items were spread over the CPUs. */
  statistics(): NetisrStatistics {
    return this.#netisr.statistics()
  }

  /** Ends the CPUs; items that were not handled are lost, and what waits rejects. */
  async stop(): Promise<void> {
    this.#sender.lose(new Error(STOPPED))
    await this.machine.stop()
  }

  /** `idle`, and then `stop`, at the end of a block of `await using`. */
  async [DISPOSE](): Promise<void> {
    try {
      await this.idle()
    } finally {
      await this.stop()
    }
  }
}

/** A dispatcher as another thread uses it. */
export interface OpenedDispatcher<Item> {
  trySend(item: Item): boolean
  send(item: Item): Promise<void>
  idle(): Promise<void>
  /**
   * Gives the thread's place back, when all that it sent is handled: rejects as `idle`, and has
   * given it back all the same.
   */
  detach(): Promise<void>
}

/**
 * Opens a dispatcher in another thread. Throws BadHandle for what is none of this version,
 * BadNetisr when as many threads as `senders` have it open, and what ended it if it has ended.
 */
export function openDispatcher<Item>(
  attachMachine: AttachMachine,
  handle: DispatcherHandle,
  options: SenderOptions<Item>,
): OpenedDispatcher<Item> {
  expectFunction('what opens a machine, attachLive of @smpnet/machine/live,', attachMachine)
  expectSender(options)
  expectHandle(HANDLE, handle)
  const attached = attachMachine(handle.machine)
  let opened: ReturnType<typeof sendingTo<Item>>
  try {
    opened = sendingTo(attached, handle.items, options)
  } catch (error) {
    attached.detach()
    throw error
  }
  const { sender, slots } = opened
  let hasDetached = false
  return {
    trySend: (item) => sender.trySend(item),
    send: (item) => sender.send(item),
    idle: () => sender.idle(),
    detach: async () => {
      try {
        await sender.idle()
      } finally {
        if (!hasDetached) {
          hasDetached = true
          sender.lose(new Error(DETACHED))
          slots.leaveSeat(sender.seat)
          attached.lot.releaseEntry(sender.td.at)
          attached.detach()
        }
      }
    },
  }
}

/** The dispatcher has ended, of which all seats hear, those that are taken and those to come. */
function endFor(slots: Slots, td: Waiter, error: unknown): void {
  const writer = new ValueWriter(slots.handle.payloadBytes)
  slots.end(writer.bytes, writer.encode(error))
  for (let seat = 0; seat < slots.handle.senders; seat++) {
    slots.stack(seat).push(slots.ended(seat), slots.ended(seat))
    new Taker(slots, seat).wake(td)
  }
}

function sendingTo<Item>(
  { memory, lot }: Attached,
  items: ItemsHandle,
  options: SenderOptions<Item>,
) {
  const slots = new Slots(memory, items.slots)
  if (slots.hasEnded) throw slots.endedBy()
  const seat = slots.takeSeat()
  if (seat < 0) {
    throw new BadNetisr(
      `senders: expected at most ${items.slots.senders} threads, came one beside as many`,
    )
  }
  const netisr = new Netisr(memory, items.netisr, slots)
  netisr.register({ ...ITEMS, handler: ELSEWHERE, drained() {} })
  return { slots, netisr, sender: new ItemSender(netisr, slots, seat, lot.waiter(), options) }
}

/** A thread that sends handles nothing. */
const ELSEWHERE = {
  tryInput: () => false,
  // oxlint-disable-next-line require-yield
  *input(): Generator<number, void, number> {
    throw new Error('items are handled on the CPUs of their dispatcher')
  },
}

function placeItems(arena: Arena, { cpus, senders, places, payloadBytes }: DispatcherShape) {
  // What limits the items on their way is the slots.
  const limit = senders * places
  const shape = { cpus, threads: 'all', dispatch: 'deferred', protocols: 1, bind: true } as const
  const limits = { defaultLimit: limit, maxLimit: limit, buckets: BUCKETS, pins: 0 }
  return {
    netisr: Netisr.place(arena, { ...shape, ...limits }),
    slots: Slots.place(arena, { senders, places, payloadBytes }),
    settled: arena.place('settled', cpus * CACHE_LINE_BYTES),
  }
}

function memoryBytes(shape: DispatcherShape): number {
  return Math.ceil((MACHINE_BYTES + Slots.bytes(shape)) / 65_536) * 65_536
}

const STOPPED = 'the dispatcher was stopped'
const DETACHED = 'this thread has detached from the dispatcher'
