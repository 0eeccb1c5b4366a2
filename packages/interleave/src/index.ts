export { type Budget, type Execution, type Setup } from './engine/explorer.ts'
export { type History, type Specification } from './history.ts'
export { type Failure, type FailureKind } from './engine/failure.ts'
export { type DataRace, type RacingAccess } from './engine/races.ts'
export { type World } from './engine/world.ts'
export { type Exploration, explore, type ExploreOptions } from './explore.ts'
export { type FailureReport } from './report/failure-report.ts'
export { timeline } from './report/timeline.ts'
export { type Row } from './report/recorder.ts'
export { Refusal } from './runtime/refusal.ts'
export {
  bounded,
  bruteForce,
  exhaustive,
  pct,
  randomWalk,
  replay,
} from './strategies/choose.ts'
export { type PctOptions } from './strategies/pct.ts'
export { type SampleOptions } from './strategies/random-walk.ts'
export { type Strategy } from './strategies/strategy.ts'
export { spawn, type ThreadHandle } from './spawn.ts'
