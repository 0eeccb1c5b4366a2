/** A thread, as other CPUs can name it for as long as they like; it can be cloned and posted. */
export interface Ticket {
  readonly place: number
  /** Which of the threads that had the place in turn. */
  readonly turn: number
}
