/**
 * Where code runs. What is kept for each CPU is found by `place.cpu` and by nothing else.
 *
 * Code reads `cpu` anew after every yield: a thread that is not pinned may be on another CPU then,
 * and a number that it kept names what belongs to that CPU's other threads.
 */
export interface Place {
  readonly cpu: number
}

/**
 * A place whose code can be kept on its CPU, by a thread or by an interrupt. Pins are counted: the
 * code stays until there have been as many `unpin`s as `pin`s.
 */
export interface Pinning extends Place {
  pin(): void
  unpin(): void
}

/**
 * What the handler of an interrupt is given: that it runs on `cpu`, at one instant of simulated
 * time, or live between two yields of the threads there. Functions that take one may spin for a
 * lock, which the CPU's own threads never hold across a yield, and they never wait.
 *
 * A number or a thread cannot be passed for one, since the class has a member that no other type
 * has. Only a machine makes interrupts.
 */
export class Interrupt implements Pinning {
  declare protected readonly brand: 'interrupt'

  constructor(readonly cpu: number) {}

  /** Nothing to do: the handler ends on the CPU where it began. */
  pin(): void {}
  unpin(): void {}
}
