import {
  type Address,
  type Arena,
  expectHandle,
  type HandleKind,
  layout,
  type Memory,
  word,
  words,
} from '@smpnet/memory'

/** Bytes of a name that are kept: enough to know a thread by. */
const NAME_BYTES = 40

/** What a CPU says of itself, on a line of its own. */
const HEARTBEAT = layout('heartbeat', {
  /** (o) its CPU, read by any: steps of its threads, wrapping. */
  beats: word('x', 'cpu'),
  /** (o) its CPU, read by any: the entry of the thread that runs, or NIL. */
  thread: word('x', 'cpu'),
  /** (o) its CPU: bytes of the thread's name, and the name. Read when nothing moves. */
  nameBytes: word('o', 'cpu'),
  name: words(NAME_BYTES / 4, 'o', 'cpu'),
})

/** What another thread needs to watch; it can be cloned and posted. */
export interface HeartbeatsHandle {
  readonly at: Address
  readonly cpus: number
}

/** Places the heartbeats of a machine's CPUs. Throws OutOfMemory. */
export function placeHeartbeats(arena: Arena, cpus: number): HeartbeatsHandle {
  return { at: arena.place('heartbeats', cpus * HEARTBEAT.size), cpus }
}

/** The thread that runs, as a heartbeat sees it. */
export interface Beating {
  readonly at: Address
  readonly name: string
}

const HANDLE: HandleKind = { of: 'heartbeats', fields: { at: 'address', cpus: 'count' } }

/** Written by the scheduler of one CPU at each step of its threads. */
export class Heartbeat {
  readonly #at: Address
  readonly #encoder = new TextEncoder()
  #thread: Beating | undefined
  #beats = 0

  constructor(
    readonly memory: Memory,
    handle: HeartbeatsHandle,
    cpu: number,
  ) {
    expectHandle(HANDLE, handle, memory)
    this.#at = handle.at + cpu * HEARTBEAT.size
  }

  /** `thread` begins a step. */
  beat(thread: Beating): void {
    const { memory } = this
    if (thread !== this.#thread) this.#change(thread)
    this.#beats = (this.#beats + 1) | 0
    memory.store(this.#at + HEARTBEAT.offset.beats, this.#beats)
  }

  /** Nothing runs from now on: a CPU may sleep as long as it likes. */
  rest(): void {
    this.#thread = undefined
    this.memory.store(this.#at + HEARTBEAT.offset.thread, 0)
  }

  #change(thread: Beating): void {
    const { memory } = this
    const name = this.#encoder.encode(thread.name).subarray(0, NAME_BYTES)
    this.#thread = thread
    memory.copyIn(this.#at + HEARTBEAT.offset.name, name, 0, name.length)
    memory.write(this.#at + HEARTBEAT.offset.nameBytes, name.length)
    memory.store(this.#at + HEARTBEAT.offset.thread, thread.at)
  }
}

/** What a heartbeat says. */
export interface Pulse {
  readonly beats: number
  /** The entry of the thread that runs, or NIL. */
  readonly thread: Address
}

/** Reads the heartbeat of a CPU. */
export function pulseOf(memory: Memory, handle: HeartbeatsHandle, cpu: number): Pulse {
  expectHandle(HANDLE, handle, memory)
  const at = handle.at + cpu * HEARTBEAT.size
  const beats = memory.load(at + HEARTBEAT.offset.beats)
  return { beats, thread: memory.load(at + HEARTBEAT.offset.thread) }
}

/** CPU `cpu` has died: no thread runs there any more. For its undertaker. */
export function endPulse(memory: Memory, handle: HeartbeatsHandle, cpu: number): void {
  expectHandle(HANDLE, handle, memory)
  memory.store(handle.at + cpu * HEARTBEAT.size + HEARTBEAT.offset.thread, 0)
}

/** The name of the thread that runs; true only of a CPU that does not go on meanwhile. */
export function runningName(memory: Memory, handle: HeartbeatsHandle, cpu: number): string {
  expectHandle(HANDLE, handle, memory)
  const at = handle.at + cpu * HEARTBEAT.size
  const length = Math.min(NAME_BYTES, memory.read(at + HEARTBEAT.offset.nameBytes))
  const bytes = new Uint8Array(length)
  memory.copyOut(at + HEARTBEAT.offset.name, bytes, 0, length)
  return new TextDecoder().decode(bytes)
}
