export { type ModelThreads, type SockProgram, sockProgram, sockPrograms } from './sock-programs.ts'
export { type SockFaults, SockWorld } from './sock-world.ts'
export { StrictMemory } from './strict-memory.ts'
