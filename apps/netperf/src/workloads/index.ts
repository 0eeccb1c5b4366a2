import { clocks } from './clocks/clocks.ts'
import { crr } from './connections/crr.ts'
import { contextSwitch } from './clocks/switch.ts'
import { timestamps } from './clocks/timestamps.ts'
import { uptime } from './clocks/uptime.ts'
import { udpRr } from './datagrams/udp-rr.ts'
import { udpStream } from './datagrams/udp-stream.ts'
import { dispatch } from './dispatch/dispatch.ts'
import { forward } from './forward/forward.ts'
import { ifqueue } from './interfaces/ifqueue.ts'
import { ifqueueRace } from './interfaces/ifqueue-race.ts'
import { listWalk } from './list-walk/list-walk.ts'
import { route } from './route/route.ts'
import { socketLocking } from './locking/socket-locking.ts'
import { rr } from './sockets/rr.ts'
import { stream } from './sockets/stream.ts'
import { lookups } from './single/lookups.ts'
import { parks } from './single/parks.ts'
import { permits } from './single/permits.ts'
import { pipes } from './single/pipes.ts'
import { yields } from './single/yields.ts'
import type { Workload } from '../model/workload.ts'

/** Every workload; a new one is a file of its own and a line here. */
const ALL: readonly Workload[] = [
  rr,
  stream,
  crr,
  udpRr,
  udpStream,
  listWalk,
  forward,
  route,
  dispatch,
  ifqueue,
  ifqueueRace,
  socketLocking,
  contextSwitch,
  yields,
  pipes,
  lookups,
  parks,
  permits,
  timestamps,
  clocks,
  uptime,
]

export const workloads: ReadonlyMap<string, Workload> = new Map(
  ALL.map((workload) => [workload.name, workload]),
)
