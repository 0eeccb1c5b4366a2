/** A word of a worker: after how many changes of memory it ends, or 0. */
export const CHANGES = 2
/** A word of all: whether they are told to end. */
export const END = 0
