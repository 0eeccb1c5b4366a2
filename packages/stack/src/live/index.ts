export { attachGuest, type Guest, type GuestHandle, KernelStopped } from './guest.ts'
export { LiveStack, type LiveStackOptions, startStack } from './live-stack.ts'
