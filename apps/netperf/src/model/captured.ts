import type { CaptureCounts } from '@smpnet/stack'

/** What links of a kernel have captured in a run; it can be cloned. */
export interface Captured {
  /** A whole pcapng file. */
  readonly file: Uint8Array
  readonly links: readonly CaptureCounts[]
}

/** The same as a document says it, once the file is written. */
export interface CaptureRow {
  readonly file: string
  /** Packets in the file, of all links. */
  readonly packets: number
  /** What came by each link, and how much of that is not in the file. */
  readonly links: readonly CaptureCounts[]
}

export function captureRow(file: string, { links }: Captured): CaptureRow {
  const packets = links.reduce((sum, { seen, dropped }) => sum + seen - dropped, 0)
  return { file, packets, links }
}
