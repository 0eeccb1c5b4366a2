/*
 * Interrupt vectors: what one CPU can ask of another.
 *
 * Each CPU has a word of pending vectors in Memory, a bit each. `raise` sets the bit and gets the
 * CPU's attention; the CPU takes the whole word at once and runs the handler of every bit, lowest
 * number first. So a vector says that there is something to look at, never what: that stands in
 * words of Memory, which the raiser writes before it raises, and ten raises that come before the
 * CPU has looked are one. The names come from FreeBSD (x86/include/apicvar.h), where the bits of
 * `cpu_ipi_pending` share one hardware vector in the same way.
 *
 * | vector     | the CPU is to                                | in FreeBSD                      |
 * |------------|----------------------------------------------|---------------------------------|
 * | preempt    | run a more urgent thread, put there for it   | IPI_PREEMPT                     |
 * | turnstile  | hear what others lend to its threads         | IPI_AST: the thread looks again |
 * | rendezvous | say that it has passed through an interrupt  | IPI_RENDEZVOUS                  |
 * | callout    | set its timer anew, or run its callouts      | IPI_HARDCLOCK                   |
 * | work       | look for work, if it is idle                 | the write to a CPU's monitor    |
 * | netisr     | run its protocol queues                      | schednetisr, on another CPU     |
 * | mail       | take out of its mailbox what it would like   | IPI_PREEMPT, by tdq_notify      |
 * |            | to run before what it runs now               |                                 |
 * | 7          | nothing: it is kept for machines to come     |                                 |
 * | device on  | do as a driver or a user says: 8 to 31       | the interrupt of a device       |
 *
 * `rendezvous` and `mail` are handled by the machine, `preempt`, `turnstile` and `work` by the
 * scheduler. A vector for which a CPU has no handler fails the machine, since nobody would ever
 * look at what it was raised for.
 */
export const VECTOR = {
  preempt: 0,
  turnstile: 1,
  rendezvous: 2,
  callout: 3,
  work: 4,
  netisr: 5,
  mail: 6,
  /** The first of 24 that are free for devices and users. */
  device: 8,
} as const

/** How many there are: the bits of a word. */
export const VECTORS = 32

/** Throws a RangeError for what is no vector. */
export function checkVector(vector: number): void {
  if (Number.isInteger(vector) && vector >= 0 && vector < VECTORS) return
  throw new RangeError(`a vector is a whole number from 0 to ${VECTORS - 1}: ${vector} came`)
}

/** Throws a RangeError for a CPU that a machine of `cpus` CPUs has not. */
export function checkCpu(target: number, cpus: number): void {
  if (Number.isInteger(target) && target >= 0 && target < cpus) return
  throw new RangeError(`this machine has the CPUs 0 to ${cpus - 1}: ${target} came`)
}
