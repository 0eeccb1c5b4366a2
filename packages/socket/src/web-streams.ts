import { came } from '@smpnet/memory'
import { SocketMisuse } from './errors.ts'
import { expectStream } from './kinds.ts'
import type { ThreadSocket } from './thread-socket.ts'

/** Bytes that are received at once, at most, when the reader brings no room of its own. */
const CHUNK_BYTES = 64 << 10

/** What these controllers have by the standard, and not by all declarations of it. */
interface ByteController {
  readonly byobRequest: { readonly view: Uint8Array<ArrayBuffer>; respond(bytes: number): void }
}
interface SignallingController {
  readonly signal: AbortSignal
}

/** A socket as the streams of the web have it: what a `TransformStream` is, and a `fetch` takes. */
export interface SocketStreams {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>
  readonly writable: WritableStream<Uint8Array>
}

/**
 * A socket as a pair of web streams, which own it: when both have ended, the socket is closed.
 *
 * The readable one is of bytes, into the reader's own room if it brings some, and to cancel it
 * receives nothing more. To close the writable one sends nothing more, and to abort it aborts the
 * connection. A reset of the peer is the error of one of the two.
 */
export function webStreams(socket: ThreadSocket): SocketStreams {
  if (typeof (socket as Partial<ThreadSocket> | undefined)?.tryReceive !== 'function') {
    throw new SocketMisuse(`web streams are made of a socket: ${came(socket)} came`)
  }
  expectStream('web streams', socket)
  const both = new BothSides(socket)
  return { readable: readableOf(socket, both), writable: writableOf(socket, both) }
}

/** Closes a socket when its second side has ended. */
class BothSides {
  #open = 2

  constructor(readonly socket: ThreadSocket) {}

  end(): void {
    if (--this.#open === 0 && this.socket.isOpen) this.socket.close()
  }
}

function readableOf(
  socket: ThreadSocket,
  both: BothSides,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const ending = new AbortController()
  let pulling: Promise<number> | undefined
  const end = (): void => both.end()
  return new ReadableStream({
    type: 'bytes',
    autoAllocateChunkSize: CHUNK_BYTES,
    async pull(controller) {
      const { byobRequest } = controller as unknown as ByteController
      const { buffer, byteOffset, byteLength } = byobRequest.view
      const room = new Uint8Array(buffer, byteOffset, byteLength)
      try {
        pulling = socket.receive(room, { signal: ending.signal })
        const taken = await pulling
        if (taken === 0) controller.close()
        byobRequest.respond(taken)
        if (taken === 0) end()
      } catch (error) {
        if (ending.signal.aborted) return
        end()
        throw error
      }
    },
    async cancel() {
      ending.abort()
      await pulling?.catch(() => {})
      if (socket.isOpen) socket.shutdown('receive')
      end()
    },
  }) as ReadableStream<Uint8Array<ArrayBuffer>>
}

function writableOf(socket: ThreadSocket, both: BothSides): WritableStream<Uint8Array> {
  let writing: Promise<number> | undefined
  return new WritableStream({
    async write(bytes, controller) {
      const { signal } = controller as unknown as SignallingController
      try {
        writing = socket.send(bytes, { signal })
        await writing
      } catch (error) {
        if (!signal.aborted) both.end()
        throw error
      }
    },
    close() {
      socket.shutdown()
      both.end()
    },
    async abort() {
      await writing?.catch(() => {})
      if (socket.isOpen) socket.abort()
    },
  })
}
