export {
  attachGuest,
  type Guest,
  type GuestHandle,
  type GuestInvitation,
  KernelStopped,
} from './guest.ts'
export { LiveStack, type LiveStackOptions, startStack } from './live-stack.ts'
