import type { Cpu, Executive } from '../cpu.ts'

/** A `Boot` that may take its time, as one does that loads modules by names it is given. */
export type LiveBoot<Args = unknown> = (cpu: Cpu, args: Args) => Executive | Promise<Executive>
