import { type CaptureBounds, type CaptureReader, capturing, type StackConfig } from '@smpnet/stack'
import type { Captured } from '../model/captured.ts'
import type { MachineKind } from '../model/row.ts'

/** Bytes that are kept of a run at most, each packet with some 32 besides: a million small ones. */
export const MOST_CAPTURED = 64 * 1024 * 1024

/**
 * Whole packets, so that checksums can be verified. A simulated CPU's ring is emptied when it is
 * full; a live one has to hold what comes until the thread that started the machine looks again.
 */
const BOUNDS: Readonly<Record<MachineKind, CaptureBounds>> = {
  sim: { snapBytes: 65_535, ringBytes: 2 ** 18 },
  live: { snapBytes: 65_535, ringBytes: 2 ** 22 },
}

/** A kernel with a capture before each of its links. */
export function captured(config: StackConfig): StackConfig {
  return capturing(config, BOUNDS[config.machine.kind])
}

/** What a reader has collected, as one file. */
export function capturedOf(reader: CaptureReader, originNs = 0n): Captured {
  reader.collect()
  return { file: reader.file({ originNs, application: 'netperf' }), links: reader.counts() }
}
