/** The packages whose exports are called. */
export const PACKAGES = [
  'memory',
  'fsm',
  'park',
  'park/model',
  'sync',
  'sync/kinds',
  'timecounter',
  'machine',
  'machine/live',
  'machine/sim',
  'scheduler',
  'tasks',
  'mbuf',
  'inet',
  'netisr',
  'socket',
  'stack',
  'stack/live',
  'stack/sim',
  'trace',
  'interleave',
]

/** Calls that cannot be made here. */
export const NOT_CALLED = [
  { match: /^FastClock#run$/, why: 'it blocks until another thread stops the clock' },
]

/** Classes of which no object is made. */
export const LEFT_OUT = {}

/** Calls that may fail by the engine's words, or change what they were called on. */
export const ALLOWED = []
