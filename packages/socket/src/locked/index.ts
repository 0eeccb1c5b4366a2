export {
  type LockedSocketsHandle,
  type LockedSocketsOptions,
  LockedSockets,
  type LockedSocketsShape,
  schemeOf,
} from './locked-sockets.ts'
export { LockedSocket } from './locked-socket.ts'
export type {
  Area,
  LockPlace,
  LockRef,
  LockScheme,
  LockType,
  MakeSockLock,
} from './schemes/lock-scheme.ts'
export { schemeTable } from './schemes/scheme-table.ts'
export { type AcceptFilter, acceptFilters, type FilterName } from './options/accept-filters.ts'
export type { Linger, OptionKind, OptionValues } from './options/option-kinds.ts'
export {
  type KindOf,
  type OptionName,
  type OptionRow,
  type SettableOption,
  socketOptions,
} from './options/option-table.ts'
export { type KindName, type SocketKind, socketKinds } from './kinds.ts'
export type { SockHandle } from './sock-home.ts'
export { SOCK_LOCK_BYTES } from './sock-layout.ts'
export type { SocketLock } from '../datagram/lock-schemes.ts'
