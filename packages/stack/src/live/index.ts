export { LiveStack, type LiveStackOptions, startStack } from './live-stack.ts'
