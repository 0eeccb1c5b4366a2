export { bench } from './bench.ts'
export { BenchError } from './suite/bench-error.ts'
export { measure } from './bench/measure.ts'
export { patienceMs } from './suite/patience.ts'
export type { Measurement, MeasureOptions, SliceProgress } from './bench/measure.ts'
export { allLatencies, pairedRatios, perSecond, report } from './bench/report.ts'
export type { LatencySummary, Report, VariantReport } from './bench/report.ts'
export type { Slice, SliceResult, SliceSpec } from './suite/slice.ts'
export type {
  DrivenVariant,
  PlainVariant,
  Runner,
  SliceCount,
  SliceRun,
  Suite,
  TeamThread,
  TeamVariant,
  ThreadMain,
  ThreadSpec,
  Variant,
} from './suite/variant.ts'
export { reportTable } from './print/report-table.ts'
export { textTable } from './print/text-table.ts'
export {
  formatBytesPerSecond,
  formatCount,
  formatFigure,
  formatNs,
  formatRatio,
} from './print/units.ts'
export { estimate } from './stats/estimate.ts'
export type { Estimate } from './stats/estimate.ts'
export { type LatencyPages, LatencyRecorder } from './stats/latency-recorder.ts'
export { spread } from './stats/spread.ts'
export type { Spread } from './stats/spread.ts'
