import { work } from '@smpnet/memory'

/** The work that the machine itself bills; what runs on it bills the rest. */
export const CLOCK_READ = work('clock-read')
export const SPIN_TURN = work('spin-turn')
export const TICK = work('tick')
export const ALARM = work('alarm')
export const INTERRUPT = work('interrupt')
export const IPI_SEND = work('ipi-send')
export const IPI_HANDLE = work('ipi-handle')
export const IDLE_EXIT = work('idle-exit')

/** What every profile prices: this work, and that of the packages which come with the machine. */
export const REQUIRED_WORK: readonly string[] = [
  'clock-read',
  'spin-turn',
  'tick',
  'alarm',
  'interrupt',
  'ipi-send',
  'ipi-handle',
  'idle-exit',
  'context-switch',
  'thread-start',
  'syscall-entry',
  'socket-send',
  'socket-receive',
  'poll',
]
