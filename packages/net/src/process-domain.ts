import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import {
  type Backlog,
  SocketDomain,
  type SocketDomainHandle,
  type SocketDomainShape,
  type ThreadListener,
  type ThreadSocket,
} from '@smpnet/socket'

/** Under this name the domain of a process is in the environment data of its threads. */
const KEY = '@smpnet/net domain'

/**
 * 512 connections at once, both of whose directions are in use. Memory of a buffer that was never
 * written is not taken from the host, but for the page of its first word.
 */
const SHAPE: SocketDomainShape = {
  pairs: 1024,
  bufferBytes: 64 << 10,
  buffers: 1024,
  threads: 128,
}

let mine: SocketDomain | undefined

/**
 * The domain that all threads of a process share, without a handle being handed on: Node gives the
 * environment data of a thread to each worker that it starts. The main thread makes it, with the
 * `shape` of its first call, and so before it starts the workers that are to use it. Throws an
 * Error in a worker that was started before.
 */
export function processDomain(shape: SocketDomainShape = {}): SocketDomain {
  if (mine !== undefined) return mine
  const handle = getEnvironmentData(KEY) as SocketDomainHandle | undefined
  if (handle !== undefined) return (mine = SocketDomain.join(handle))
  if (!isMainThread) {
    throw new Error(
      'the domain of a process is made by its main thread, before it starts workers: call ' +
        '`processDomain()` there first',
    )
  }
  mine = SocketDomain.create({ ...SHAPE, ...shape })
  setEnvironmentData(KEY, mine.handle as never)
  return mine
}

/** A socket that listens at a name of this process. See `SocketDomain.listen`. */
export function listen(name: string, options?: Backlog): ThreadListener {
  return processDomain().listen(name, options)
}

/** A socket that is connected to the one that listens there, in any thread of this process. */
export function connect(
  name: string,
  options?: { timeoutMs?: number; signal?: AbortSignal },
): Promise<ThreadSocket> {
  return processDomain().connect(name, options)
}
