/** What became of a packet, as `queue` and `dispatch` say it. */
export type Outcome = number

/** Its handler has taken it. */
export const DONE: Outcome = 0
/** A worker will hand it to its handler. */
export const QUEUED: Outcome = 1
/** Its queue was full: it was counted, and is the caller's again, to be freed. */
export const DROPPED: Outcome = 2
/** Nothing has been done, since that would take a wait: then `yield*` the call without `try`. */
export const WAIT: Outcome = 3
/** Of a workstream only: the packet belongs to another, which is to be chosen anew. */
export const ELSEWHERE: Outcome = 4
