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
  CounterMismatch,
  MAX_HZ,
  UnknownClock,
  UnknownCounter,
} from './errors.ts'
export { TIME_DEL, TIME_INS, TIME_OK, TIME_OOP, TIME_WAIT } from './discipline/leap.ts'
export {
  MAX_FREQUENCY_PPB,
  MAX_PHASE_NS,
  MAX_TIME_CONSTANT,
  Ntp,
  STA_DEL,
  STA_FLL,
  STA_FREQHOLD,
  STA_INS,
  STA_PLL,
} from './discipline/ntp.ts'
export { SetClock } from './windup/set-clock.ts'
export { GenerationRing, MOST_SEATS } from './timehands/generation-ring.ts'
export { Timehands } from './timehands/timehands.ts'
export {
  placeTimehands,
  TIMEHANDS_BYTES,
  type TimehandsHandle,
  type TimehandsOptions,
  type TimehandsStatistics,
  timehandsStatistics,
} from './timehands/timehands-block.ts'
export { Windup, type WindupOptions, type WindupResult } from './windup/windup.ts'
export {
  FastClock,
  type FastClockHandle,
  type FastClockOptions,
  type FastClockStatistics,
} from './fast-clock/fast-clock.ts'
export { PATIENCE_TICKS, Ticker, type TickerOptions } from './fast-clock/ticker.ts'
export { CpuTicker } from './accounting/cputicker.ts'
export { uptimeTicker } from './accounting/uptime-ticker.ts'
export { CLOCK, type ClockId, type ClockName, clockName } from './clocks/clock-ids.ts'
export { Clocks, type CpuTimes } from './clocks/clocks.ts'
export { type MockAlarm, MockClock } from './clocks/mock-clock.ts'
export { CALLOUT, CALLOUT_BYTES, MOST_PRECISION_NS } from './callouts/callout.ts'
export {
  type CalloutFunction,
  type DirectFunction,
  inThread,
  type ThreadFunction,
} from './callouts/callout-function.ts'
export {
  type CalloutCaller,
  type CalloutCpu,
  type CalloutHost,
  calloutHost,
} from './callouts/callout-host.ts'
export {
  type CalloutOptions,
  Callouts,
  type CalloutsHandle,
  type StopResult,
} from './callouts/callouts.ts'
export { NEVER_NS } from './callouts/wheel.ts'
export { CpuClock, type CpuClockOptions } from './event-timers/cpu-clock.ts'
export {
  type AlarmSource,
  type EventTimer,
  eventTimer,
  type TimerShape,
} from './event-timers/event-timer.ts'
export { EventTimers } from './event-timers/event-timers.ts'
export { hpetTimer, i8254Timer, lapicTimer, rtcTimer } from './event-timers/models.ts'
export { PROGRAM_COST_NS } from './event-timers/program-cost.ts'
export {
  FeedForward,
  type FeedForwardEstimate,
  type FeedForwardHandle,
  placeFeedForward,
} from './discipline/feed-forward.ts'
export { WORK_COST_NS } from './costs/work-cost.ts'
