/** Packages whose tests run in a browser, on a page and in a worker of it: a line each. */
export const PACKAGES = ['ifqueue', 'memory', 'park', 'socket', 'sync', 'timecounter']

/**
 * Packages that only compute: what they need of a page is that they load there and that its engine
 * has what they call, and a worker has the same.
 */
export const ON_A_PAGE = ['fsm', 'inet', 'interleave', 'mbuf']

const COMPILES = 'compiles programs with esbuild, which is a program of its own'

const NODES = 'starts the live machine, whose CPUs are threads of Node'

const READS = 'reads the README of its package, which is a file'

/** Test files of theirs that do not, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'packages/fsm/test/diagram.test.ts': READS,
  'packages/ifqueue/test/discipline/mutants.test.ts': COMPILES,
  'packages/ifqueue/test/driver/mutants.test.ts': COMPILES,
  'packages/ifqueue/test/driver/live-receiver.test.ts': NODES,
  'packages/ifqueue/test/handoff/live.test.ts': NODES,
  'packages/inet/test/allocation.test.ts': 'asks Node how large its heap is',
  'packages/inet/test/mutants.test.ts': COMPILES,
  'packages/interleave/test/agents.test.ts': COMPILES,
  'packages/interleave/test/compiler.test.ts': COMPILES,
  'packages/interleave/test/corpus.test.ts': COMPILES,
  'packages/interleave/test/deaths.test.ts': COMPILES,
  'packages/interleave/test/forms.test.ts': 'has forms of access that only Node has',
  'packages/interleave/test/found.test.ts': COMPILES,
  'packages/interleave/test/frames.test.ts': COMPILES,
  'packages/interleave/test/litmus.test.ts': COMPILES,
  'packages/interleave/test/loading.test.ts': COMPILES,
  'packages/interleave/test/messages.model.ts': 'has ports as Node has them',
  'packages/interleave/test/mutants.test.ts': COMPILES,
  'packages/interleave/test/strangers.test.ts': COMPILES,
  'packages/interleave/test/tools.test.ts':
    'is about the command and the plugin, which are for Node',
  'packages/interleave/test/differential.test.ts': 'computes for a minute what no engine changes',
  'packages/socket/test/datagram/life.test.ts': READS,
  'packages/socket/test/life.test.ts': READS,
  'packages/socket/test/locked/lock-order.test.ts': READS,
  'packages/socket/test/locked/readme.test.ts': READS,
  'packages/socket/test/random-live.test.ts': 'takes messages without a turn of the event loop',
  'packages/socket/test/readme.test.ts': READS,
  'packages/socket/test/messages.test.ts': NODES,
  'packages/socket/test/polled.test.ts': NODES,
  'packages/timecounter/test/live-callouts.test.ts': NODES,
  'packages/interleave/test/timers.model.ts': NODES,
  'packages/memory/test/one-kind.test.ts': 'loads the package anew, as only Node does',
  'packages/sync/test/event-loop.test.ts': 'watches processes end',
  'packages/sync/test/may-not-block.test.ts': 'loads the package anew, as only Node does',
  'packages/sync/test/loop-turns.test.ts': 'blocks in between, which a page may not',
  'packages/timecounter/test/same-counter.test.ts': 'compares counters of Node',
}
