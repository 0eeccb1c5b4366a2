import { globalWorker, installAgents, stoodFor } from '../agents/install.ts'
import { OF_THREADS, ofThread, setOfThread } from '../agents/process.ts'
import { SCOPED, scopedGlobals, setScoped } from '../agents/web-scope.ts'
import { atomics } from '../runtime/access.ts'
import { guardJson, guardMemory } from '../runtime/guards.ts'
import { moduleBuffers } from '../runtime/module-buffers.ts'
import { OP } from '../runtime/operation.ts'
import { currentPromise } from '../runtime/promise.ts'
import { refuse } from '../runtime/refusal.ts'
import { state } from '../runtime/state.ts'
import type { Execution } from '../engine/execution.ts'
import { BufferPool } from '../engine/objects.ts'
import {
  replaceChance,
  replaceTime,
  replaceTimers,
  type Replace,
  type StandIn,
} from './stand-ins.ts'
import type { Thread } from '../engine/thread.ts'

/** Stands for the maker of buffers that modules made. */
const OF_MODULES = -2

type Globals = Record<string, Record<string, unknown>>

/**
 * What the world around the program is during a check: buffers that the checker knows and uses
 * again, clocks and random numbers that depend on nothing but the thread that asks, and `Atomics`
 * that refuse code which was not compiled.
 */
export class Environment {
  readonly #pool = new BufferPool()
  readonly #undo: (() => void)[] = []
  execution: Execution | undefined
  #setupBuffers = 0
  #outer = false
  readonly #setup: StandIn = { ticks: 0, randomState: 0, isActive: false }
  /** What modules' own buffers held when the exploration began. */
  #kept: [SharedArrayBuffer, Uint8Array][] = []

  /** Puts the stand-ins in place. Nothing of the program may run before. */
  enter(): void {
    installAgents()
    this.#outer = state.isExploring
    state.isExploring = true
    this.#replaceBuffers()
    const root = globalThis as unknown as Globals
    for (const name of Object.keys(atomics)) {
      if (name in OP) this.#replace(root['Atomics']!, name, guarded(name))
    }
    guardMemory(this.#replace)
    guardJson(this.#replace)
    this.#replaceMemory()
    this.#kept = moduleBuffers().map((buffer) => [buffer, new Uint8Array(buffer).slice()])
    this.#replaceScope()
    replaceTime(this.#replace, this.#setup)
    replaceChance(this.#replace, this.#setup)
    replaceTimers(this.#replace)
  }

  /** Puts back what was there. */
  leave(): void {
    state.isExploring = this.#outer
    for (const undo of this.#undo.splice(0).reverse()) undo()
    this.execution = undefined
  }

  /** Before each execution. */
  begin(execution: Execution): void {
    this.#pool.reclaim()
    this.execution = execution
    this.#setupBuffers = 0
    this.#setup.ticks = 0
    this.#setup.randomState = 0
    this.#setup.isActive = true
    this.#kept.forEach(([buffer, bytes], i) => {
      new Uint8Array(buffer).set(bytes)
      execution.buffers.add(buffer, execution.persistent.names.buffer(OF_MODULES, i))
    })
  }

  /** After each execution. */
  end(): void {
    this.#setup.isActive = false
  }

  /** What depends on which thread asks: a worker's own globals, and a thread's promises. */
  #replaceScope(): void {
    for (const name of SCOPED) {
      const outside = (globalThis as unknown as Record<string, unknown>)[name]
      this.#replaceBy(name, () => scopedGlobals()?.[name] ?? outside)
    }
    this.#replaceBy('Promise', currentPromise)
    this.#replaceBy('Worker', globalWorker)
    this.#replaceInstances()
    this.#replaceProcess()
  }

  /** What each thread has of the process for itself. */
  #replaceProcess(): void {
    const { process } = globalThis as unknown as { process?: Record<string, unknown> }
    if (process === undefined) return
    const { exitCode } = process
    this.#undo.push(() => void (process['exitCode'] = exitCode))
    for (const name of OF_THREADS) {
      const before = Object.getOwnPropertyDescriptor(process, name)
      if (before?.configurable !== true) continue
      const outside = { ...before }
      const get = (): unknown => {
        const known = ofThread(name)
        if (known !== undefined) return known.value
        return outside.get === undefined ? outside.value : outside.get.call(process)
      }
      const set = (value: unknown): void => {
        if (setOfThread(name, value)) return
        if (outside.set === undefined) outside.value = value
        else outside.set.call(process, value)
      }
      Object.defineProperty(process, name, { get, set, configurable: true, enumerable: true })
      this.#undo.push(() => Object.defineProperty(process, name, outside))
    }
  }

  /** What stands for an object of the host is one for whoever asks. */
  #replaceInstances(): void {
    const isNative = Function.prototype[Symbol.hasInstance]
    for (const [native, models] of stoodFor()) {
      // Classes of the program that extend the host's inherit this.
      const isOne = function (this: unknown, value: unknown): boolean {
        const isModel = this === native && models.some((Model) => value instanceof Model)
        return isModel || isNative.call(this as never, value)
      }
      this.#replace(native, Symbol.hasInstance, isOne)
    }
  }

  #replaceBy(name: string, get: () => unknown): void {
    const before = Object.getOwnPropertyDescriptor(globalThis, name)
    const set = (value: unknown): void => setScoped(name, value)
    Object.defineProperty(globalThis, name, { get, set, configurable: true })
    this.#undo.push(() => putBack(globalThis, name, before))
  }

  /** Shared memory of WebAssembly is known like any other. */
  #replaceMemory(): void {
    const root = (globalThis as { WebAssembly?: { Memory: object } }).WebAssembly
    if (root === undefined) return
    const construct = (Class: object, args: unknown[]): object => {
      const memory = Reflect.construct(Class as never, args) as { buffer: ArrayBufferLike }
      if (memory.buffer instanceof SharedArrayBuffer) {
        this.#register(memory.buffer)
        const { initial, maximum } = args[0] as { initial: number; maximum: number }
        if (maximum > initial) this.execution?.watchLengths()
      }
      return memory
    }
    this.#replace(root, 'Memory', new Proxy(root.Memory, { construct }))
  }

  #replaceBuffers(): void {
    const Class = SharedArrayBuffer
    const construct = (_: object, [bytes, options]: [number?, object?]): SharedArrayBuffer => {
      if (!state.isExploring) return new Class(bytes)
      const buffer =
        options === undefined
          ? this.#pool.take(Class, bytes ?? 0)
          : (Reflect.construct(Class, [bytes, options]) as SharedArrayBuffer)
      this.#register(buffer)
      if (options !== undefined) this.execution?.watchLengths()
      return buffer
    }
    this.#replace(globalThis, 'SharedArrayBuffer', new Proxy(Class, { construct }))
  }

  #register(buffer: SharedArrayBuffer): void {
    const { execution } = this
    if (execution === undefined) return
    const maker = state.thread as Thread | undefined
    const count = maker === undefined ? this.#setupBuffers++ : maker.buffers++
    execution.buffers.add(buffer, execution.persistent.names.buffer(maker?.id ?? -1, count))
  }

  readonly #replace: Replace = (object, name, value) => {
    const before = Object.getOwnPropertyDescriptor(object, name)
    Object.defineProperty(object, name, { value, configurable: true, writable: true })
    this.#undo.push(() => putBack(object, name, before))
  }
}

function putBack(object: object, name: PropertyKey, before: PropertyDescriptor | undefined): void {
  if (before === undefined) Reflect.deleteProperty(object, name)
  else Object.defineProperty(object, name, before)
}

/** An operation of `Atomics` as code that was not compiled gets it. */
function guarded(name: string): (...args: unknown[]) => unknown {
  const operation = atomics[name]!
  const guard = (...args: unknown[]): unknown => {
    if (state.thread === undefined) return operation(...args)
    throw refuse(
      state.callPlace,
      `Atomics.${name} is called from here by code that is not compiled`,
    )
  }
  return Object.defineProperty(guard, 'name', { value: name })
}
