import { Worker } from 'node:worker_threads'
import { BenchError } from '../suite/bench-error.ts'
import type { ThreadSpec } from '../suite/variant.ts'
import { BARRIER_BYTES } from './start-barrier.ts'
import type { FromThread, ThreadData, ToThread } from './messages.ts'

/** What a member tells its team. */
export interface MemberEvents {
  message(index: number, message: FromThread): void
  failed(error: BenchError): void
}

/** One worker thread of a team, and how a sentence names it. */
export class TeamMember {
  /** For sentences: which module, function, thread and variant. */
  readonly title: string
  readonly #worker: Worker
  #stopping = false

  constructor(variant: string, spec: ThreadSpec, place: ThreadPlace, events: MemberEvents) {
    this.title = titleOf(variant, spec, place.index)
    this.#worker = startWorker(this.title, spec, place)
    this.#worker.on('message', (message: FromThread) => events.message(place.index, message))
    this.#worker.on('error', (error: Error) => {
      events.failed(new BenchError(`${this.title} threw "${firstLine(error)}"`, error.stack))
    })
    this.#worker.on('exit', (code) => {
      if (this.#stopping) return
      const sentence = `${this.title} was expected to stay, it exited with status ${code}`
      events.failed(new BenchError(sentence))
    })
  }

  send(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- workers have none
    this.#worker.postMessage(message)
  }

  /** Ends the worker even when it blocks or loops; never rejects. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#worker.terminate().catch(() => undefined)
  }
}

/** Where in the team a thread stands. */
export interface ThreadPlace {
  readonly index: number
  readonly threads: number
  readonly barrier: SharedArrayBuffer
}

/** A fresh barrier's memory. */
export function barrierMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(BARRIER_BYTES)
}

function startWorker(title: string, spec: ThreadSpec, place: ThreadPlace): Worker {
  const data: ThreadData = {
    ...place,
    module: String(spec.module),
    run: spec.run,
    args: spec.args,
  }
  try {
    const transferList = [...(spec.transfer ?? [])]
    return new Worker(threadUrl(), { workerData: data, transferList, name: title })
  } catch (error) {
    throw new BenchError(`${title} could not be started: ${firstLine(error as Error)}`)
  }
}

/** The built entry; sources name it too, since a worker of Node 20 cannot load TypeScript. */
function threadUrl(): URL {
  const here = import.meta.url
  return new URL(here.endsWith('.ts') ? '../../dist/thread.js' : './thread.js', here)
}

function titleOf(variant: string, spec: ThreadSpec, index: number): string {
  const file = String(spec.module).split('/').at(-1) ?? ''
  return `worker module ${file} ("${spec.run}", thread ${index} of variant "${variant}")`
}

function firstLine(error: Error): string {
  return error.message.split('\n')[0] ?? ''
}
