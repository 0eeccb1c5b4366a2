import { agentModels, type NativeModel, nativeModels, setupModels } from '../runtime/calls.ts'
import { decodes } from '../runtime/copies.ts'
import { refuse } from '../runtime/refusal.ts'
import { state } from '../runtime/state.ts'
import { ModelBroadcast, openBroadcast } from './broadcast.ts'
import {
  abort,
  abortAfter,
  abortAny,
  addEventListener,
  dispatchEvent,
  emit,
  getListeners,
  once,
  removeEventListener,
} from './events.ts'
import { growBuffer, growMemory } from './growing.ts'
import { channelOf, ModelPort } from './ports.ts'
import { leaveProcess, listenToProcess } from './process.ts'
import { settled } from './promised-timers.ts'
import { exit, ModelWorker, startWebWorker, startWorker } from './workers.ts'

type Names = Record<string, unknown>
type Class = { readonly prototype: Names }

const root = globalThis as unknown as Names

/** Node's own modules, where there are any. */
function builtin(name: string): Names {
  const { getBuiltinModule } = (root['process'] ?? {}) as {
    getBuiltinModule?: (name: string) => Names | undefined
  }
  return getBuiltinModule?.(name) ?? {}
}

function* makeChannel(): Generator<unknown, unknown, unknown> {
  return channelOf()
}

/** `receiveMessageOnPort(port)`. */
function* receive(place: number, _: unknown, [port]: readonly unknown[]) {
  if (!(port instanceof ModelPort)) throw real(place, 'receiveMessageOnPort')
  return yield* port.receive()
}

function real(place: number, name: string): Error {
  return refuse(
    place,
    `${name} of a port that was made before the exploration; make the channel in setup or a thread`,
  )
}

let isInstalled = false

/** Puts the models where calls look for them: by the classes and functions that the host has. */
export function installAgents(): void {
  if (isInstalled) return
  isInstalled = true
  const threads = builtin('node:worker_threads')
  for (const one of [threads, root]) {
    set(agentModels, one['MessageChannel'], makeChannel)
    set(agentModels, one['BroadcastChannel'], openBroadcast)
    refuseReal(one, 'MessagePort')
    refuseReal(one, 'BroadcastChannel')
  }
  set(agentModels, threads['Worker'], startWorker(threads['Worker']))
  set(agentModels, webWorker, startWebWorker)
  set(nativeModels, threads['receiveMessageOnPort'], receive)
  setupModels.add(threads['receiveMessageOnPort'])
  installProcess()
  installTimers()
  decodes(builtin('node:v8')['deserialize'])
  installEvents()
  installGrowing()
}

/** What a thread asks of its process, which is the checker's. */
function installProcess(): void {
  const process = root['process'] as Names | undefined
  const { EventEmitter } = builtin('node:events') as { EventEmitter?: Class }
  if (process === undefined || EventEmitter === undefined) return
  set(nativeModels, process['exit'], exit)
  for (const name of ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener']) {
    instead(EventEmitter.prototype, name, listenToProcess)
  }
  for (const name of ['off', 'removeListener']) {
    instead(EventEmitter.prototype, name, leaveProcess)
  }
}

/** Timers as promises. */
function installTimers(): void {
  const timers = builtin('node:timers/promises')
  const { wait } = (timers['scheduler'] ?? {}) as { wait?: unknown }
  set(nativeModels, timers['setTimeout'], settled(1))
  set(nativeModels, timers['setImmediate'], settled(0))
  set(nativeModels, wait, settled(1, false))
}

function installGrowing(): void {
  const { SharedArrayBuffer: Buffer, WebAssembly: wasm } = root as Record<
    string,
    Names | undefined
  >
  const memory = wasm?.['Memory'] as Class | undefined
  if (memory !== undefined) instead(memory.prototype, 'grow', growMemory)
  if (Buffer !== undefined) instead((Buffer as unknown as Class).prototype, 'grow', growBuffer)
}

function installEvents(): void {
  const events = builtin('node:events')
  const { prototype: target } = root['EventTarget'] as Class
  const { prototype: controller } = root['AbortController'] as Class
  const signal = root['AbortSignal'] as Names
  instead(target, 'addEventListener', addEventListener)
  instead(target, 'removeEventListener', removeEventListener)
  instead(target, 'dispatchEvent', dispatchEvent)
  instead(controller, 'abort', abort)
  instead(signal, 'timeout', abortAfter)
  instead(signal, 'any', () => abortAny)
  const { EventEmitter } = events as { EventEmitter?: Class }
  set(nativeModels, events['once'], once)
  if (typeof events['getEventListeners'] === 'function') {
    instead(events, 'getEventListeners', getListeners)
  }
  if (EventEmitter !== undefined) instead(EventEmitter.prototype, 'emit', emit)
}

function set(map: Map<unknown, NativeModel>, key: unknown, model: NativeModel): void {
  if (typeof key === 'function') map.set(key, model)
}

function instead(of: Names, name: string, model: (native: never) => NativeModel): void {
  set(nativeModels, of[name], model(of[name] as never))
}

/** What sends on a real port would be seen by no schedule. */
function refuseReal(from: Names, name: string): void {
  const Real = from[name] as Class | undefined
  if (Real === undefined) return
  set(nativeModels, Real.prototype['postMessage'], (place) => {
    throw real(place, 'postMessage')
  })
}

/** What a browser calls `Worker`, and what stands for it where no browser is. */
const webWorker = root['Worker'] ?? function Worker(): void {}

/** The global `Worker` as a thread sees it, which in Node's workers is none. */
export function globalWorker(): unknown {
  return state.thread?.scope?.isWeb === false ? undefined : webWorker
}

/** The host's classes, and the models that stand for their objects while threads are checked. */
export function stoodFor(): [object, (abstract new (...args: never[]) => object)[]][] {
  const threads = builtin('node:worker_threads')
  const pairs: [unknown, (abstract new (...args: never[]) => object)[]][] = [
    [builtin('node:events')['EventEmitter'], [ModelWorker]],
    [root['EventTarget'], [ModelPort, ModelBroadcast]],
  ]
  const models = { MessagePort: ModelPort, Worker: ModelWorker, BroadcastChannel: ModelBroadcast }
  for (const [name, model] of Object.entries(models)) {
    const natives = new Set([threads[name], name === 'Worker' ? webWorker : root[name]])
    for (const native of natives) pairs.push([native, [model]])
  }
  return pairs.filter(([native]) => typeof native === 'function') as never
}

/** `node:worker_threads` as each thread sees it. */
export function workerThreads(): Names {
  const own: Names = {}
  const native = builtin('node:worker_threads')
  for (const name of Object.keys(native)) {
    Object.defineProperty(own, name, { get: () => seen(name, native), enumerable: true })
  }
  Object.defineProperty(own, 'default', { value: own })
  return own
}

function seen(name: string, native: Names): unknown {
  const { thread } = state
  const scope = thread?.scope
  switch (name) {
    case 'isMainThread':
      return scope === undefined
    case 'parentPort':
      return scope?.parentPort ?? null
    case 'workerData':
      return scope?.workerData ?? null
    case 'threadId':
      return scope === undefined ? 0 : (thread as unknown as { id: number }).id
    default:
      return native[name]
  }
}
