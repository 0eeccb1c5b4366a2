/** The first message to a worker: what it is to run, and on what. */
export interface Birth {
  readonly file: string
  readonly workerData: unknown
}

/** The last message of a worker whose file has run to its end. */
export const ENDED = 'the worker has run to its end'
