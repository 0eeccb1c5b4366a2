export { calibrationTable } from './calibration-table.ts'
export { calibrate, type Calibration } from './calibrate.ts'
export { checkProfile, figuresOf, mostCpus } from './check-profile.ts'
export {
  assumed,
  type Basis,
  CODE_PRICES,
  type CodePrices,
  type CopyPrices,
  derived,
  type DistanceName,
  type Figure,
  fitted,
  fittedTo,
  type LinePrices,
  type Profile,
  published,
  type QueuePrices,
  type Topology,
  type WakePrices,
} from './profiles/profile.ts'
export { profileOf, profiles } from './profiles.ts'
export { contendedNs, rendezvousNs } from './micro-programs.ts'
export { SimCpu } from './sim-cpu.ts'
export { SimMachine } from './sim-machine.ts'
export type { SimOptions, SimProgress, SimSetup } from './sim-options.ts'
export { SimRandom } from './sim-random.ts'
export type { CpuUse, Ending, LineUse, SimReport, SimResult, SimUsage } from './sim-result.ts'
export { withFigures } from './with-figures.ts'
export { simulate } from './simulate.ts'
