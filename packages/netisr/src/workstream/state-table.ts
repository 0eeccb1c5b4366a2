import { defineTable } from '@smpnet/fsm'

/**
 * The state of a workstream. FreeBSD has a flag for each of the last three, NWS_SCHEDULED,
 * NWS_RUNNING and NWS_DISPATCHING, of which no two are set at once; IDLE is none of them.
 *
 * Whatever is pending, one thread is about to see to it in every state but IDLE: a worker that was
 * signalled, a worker that runs, or a dispatcher that looks when it is done. So nothing is pending
 * when IDLE, and a packet that comes then is the one that signals. And only RUNNING and DISPATCHING
 * handle packets: one thread at a time, and a dispatcher only when nothing waits.
 */
export const WORKSTREAM_STATE = defineTable({
  of: 'a workstream',
  initial: 'IDLE',
  rows: [
    { state: 'IDLE', event: 'queue', next: 'SCHEDULED', actions: ['signal'] },
    { state: 'IDLE', event: 'dispatch', next: 'DISPATCHING', actions: ['handle'] },
    { state: 'IDLE', event: 'work', next: 'IDLE' },
    { state: 'SCHEDULED', event: 'queue', next: 'SCHEDULED' },
    { state: 'SCHEDULED', event: 'dispatch', next: 'SCHEDULED' },
    { state: 'SCHEDULED', event: 'work', next: 'RUNNING', actions: ['handle'] },
    { state: 'RUNNING', event: 'queue', next: 'RUNNING' },
    { state: 'RUNNING', event: 'dispatch', next: 'RUNNING' },
    { state: 'RUNNING', event: 'done', guard: 'isPending', next: 'RUNNING', actions: ['handle'] },
    { state: 'RUNNING', event: 'done', guard: '!isPending', next: 'IDLE' },
    { state: 'DISPATCHING', event: 'queue', next: 'DISPATCHING' },
    { state: 'DISPATCHING', event: 'dispatch', next: 'DISPATCHING' },
    { state: 'DISPATCHING', event: 'work', next: 'DISPATCHING' },
    {
      state: 'DISPATCHING',
      event: 'done',
      guard: 'isPending',
      next: 'SCHEDULED',
      actions: ['signal'],
    },
    { state: 'DISPATCHING', event: 'done', guard: '!isPending', next: 'IDLE' },
  ],
})

export type WorkstreamEvent = (typeof WORKSTREAM_STATE.events)[number]
