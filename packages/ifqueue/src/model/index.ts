export {
  deathProgram,
  idleStartProgram,
  type ModelChanges,
  type ModelThreads,
  strandedProgram,
} from './handoff-programs.ts'
export { HandoffWorld, type HandoffWorldOptions } from './handoff-world.ts'
