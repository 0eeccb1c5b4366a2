import { Arena, LiveMemory } from '@smpnet/memory'
import { block, Lot, NotifyWaker, type Waiter } from '@smpnet/park'
import { SocketZone, type SocketZoneShape, type StreamSocket } from '../src/index.ts'
import { DIRECTION } from '../src/pair-layout.ts'

/** A zone in a memory of its own, and a pair whose ends have a waiter each. */
export interface Ends {
  readonly arena: Arena
  readonly lot: Lot
  readonly zone: SocketZone
  readonly a: StreamSocket
  readonly b: StreamSocket
  readonly atA: Waiter
  readonly atB: Waiter
}

export function makeEnds(shape: SocketZoneShape = {}, memoryBytes = 1 << 24): Ends {
  const memory = LiveMemory.create(memoryBytes)
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { threads: 2 })
  const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
  const zone = new SocketZone(lot, SocketZone.place(arena, shape))
  const [atA, atB] = [lot.waiter(), lot.waiter()]
  const [a, b] = zone.pairSync(atA)
  return { arena, lot, zone, a, b, atA, atB }
}

/** Lets both halves of the direction at `at` believe that so many bytes have gone through it. */
export function goOnFrom({ memory }: Lot, at: number, position: number): void {
  const { sent, seenReceived, received, seenSent } = DIRECTION.offset
  for (const word of [sent, seenReceived, received, seenSent]) memory.store(at + word, position)
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** What is there at once, as text; `td` is whoever receives. */
export function textIn(td: Waiter, socket: StreamSocket, atMost = 1000): string {
  const bytes = new Uint8Array(atMost)
  const taken = block(td, socket.receive(td, bytes, 0, atMost, false))
  if (taken < 0) throw new Error('something is there to be received: nothing was')
  return new TextDecoder().decode(bytes.subarray(0, taken))
}
