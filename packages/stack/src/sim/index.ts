export { type SimRun, type SimRunOptions, simulateStack } from './simulate-stack.ts'
