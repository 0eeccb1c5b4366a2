export { attachGuest, type Guest, type GuestHandle } from './guest.ts'
export { LiveStack, type LiveStackOptions, startStack } from './live-stack.ts'
