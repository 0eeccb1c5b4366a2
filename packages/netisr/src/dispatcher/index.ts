export {
  type AttachMachine,
  Dispatcher,
  type DispatcherHandle,
  openDispatcher,
  type OpenedDispatcher,
  startDispatcher,
  type StartMachine,
} from './dispatcher.ts'
export type { DispatcherOptions, SenderOptions } from './dispatcher-options.ts'
export { type Key, keyNumber } from './key-number.ts'
