export { Bintime } from './arithmetic/bintime.ts'
export {
  bintimeToBigInt,
  bintimeToNs,
  bintimeToTimespec,
  bintimeToTimeval,
  nsToBintime,
  type Timespec,
  timespecToBintime,
  type Timeval,
  timevalToBintime,
} from './arithmetic/timespec.ts'
export { acpiFast, ACPI_HZ, type AcpiOptions, acpiSafe } from './counters/acpi.ts'
export {
  checkCounter,
  type Counter,
  counterDelta,
  largestDelta,
  leastHz,
  maskOf,
} from './counters/counter.ts'
export { dummyCounter } from './counters/dummy.ts'
export {
  hostCounter,
  type HrTime,
  hrtimeCounter,
  performanceCounter,
  type PerformanceLike,
} from './counters/host-counter.ts'
export { hpet, HPET_HZ } from './counters/hpet.ts'
export { i8254, I8254_BYTES, I8254_HZ } from './counters/i8254.ts'
export { READ_COST_NS, type ReadCost } from './counters/read-cost.ts'
export { bootLine, Timecounters, withQuality } from './counters/timecounters.ts'
export type { TimeSource } from './counters/time-source.ts'
export {
  type Tsc,
  tsc,
  tscCounter,
  type TscFacts,
  type TscOptions,
  tscQuality,
} from './counters/tsc.ts'
export { tscTest, type TscTestResult, type TscTestStep } from './counters/tsc-test.ts'
export {
  BadCounter,
  BadHz,
  BadTime,
  checkHz,
  ClockPageMismatch,
  MAX_HZ,
  UnknownClock,
  UnknownCounter,
} from './errors.ts'
