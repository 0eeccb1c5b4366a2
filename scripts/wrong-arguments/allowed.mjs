/** The packages whose exports are called. */
export const PACKAGES = [
  'memory',
  'fsm',
  'park',
  'park/model',
  'sync',
  'sync/kinds',
  'sync/mutex',
  'timecounter',
  'machine',
  'machine/live',
  'machine/sim',
  'scheduler',
  'tasks',
  'mbuf',
  'inet',
  'ifqueue',
  'ifqueue/interface',
  'netisr',
  'netisr/dispatcher',
  'socket',
  'socket/locked',
  'net',
  'stack',
  'stack/live',
  'stack/sim',
  'trace',
  'interleave',
]

/** Calls that cannot be made here. */
export const NOT_CALLED = [
  { match: /^FastClock#run$/, why: 'it blocks until another thread stops the clock' },
  {
    match: /^(Place|Record|Typed)Queue[^#]*#(wait|waitSync|place|record|placeSoon|recordSoon)$/,
    why: 'for classes that extend it',
  },
  {
    match: /^(Ticket|Mcs)Lock[^#]*#(tryTake|looksFree|take|mayGive|tryGive|give|until)$/,
    why: 'what a kind of queue does for the class that it extends',
  },
]

const inKernel = 'a part of a kernel, made and called by its other parts over bare memory'
const inModel = 'a part of a model, made by the model'
const byMachine = 'made by a machine, and used by what runs on it'
const word = 'words at an address, of which the object that is offered to programs is made'

/** Classes of which no object is made here, with the reason. */
export const LEFT_OUT = Object.fromEntries([
  ...[
    'PricedMemory',
    'Interrupt',
    'LiveMachine',
    'Mailbox',
    'SimCpu',
    'SimMachine',
    'SimRandom',
  ].map((name) => [name, byMachine]),
  ...[
    'CalmMemory',
    'CalmWaker',
    'ImmortalLot',
    'ModelLock',
    'StillWaiter',
    'TornMemory',
    'TurnMemory',
  ].map((name) => [name, inModel]),
  ...['TakeAllStack', 'View', 'DenseTable', 'OwnWords', 'MutexWord', 'Placed', 'Section'].map(
    (name) => [name, word],
  ),
  ...['SocketDuplex', 'LocalAgent'].map((name) => [name, 'an object of Node, which checks']),
  ...['SharedSection', 'GenerationRing', 'Lot', 'NotifyWaker', 'Seats', 'Waiter', 'Bintime'].map(
    (name) => [name, word],
  ),
  ...['KeepAlive', 'LoopShare', 'SpinBudget', 'Ticker', 'LockProfile', 'Tracer', 'TaskRunner'].map(
    (name) => [name, 'made by what uses it, which is called'],
  ),
  ...['Callouts', 'Clocks', 'CpuClock', 'CpuTicker', 'EventTimers', 'FeedForward', 'Ntp'].map(
    (name) => [name, inKernel],
  ),
  ...[
    'SetClock',
    'Timecounters',
    'Timehands',
    'Windup',
    'Bsd',
    'CountedSection',
    'CpuAccount',
  ].map((name) => [name, inKernel]),
  ...['CpuSchedstats', 'DelayHistogram', 'Heartbeat', 'Preemption', 'PriorityPolicy'].map(
    (name) => [name, inKernel],
  ),
  ...['Schedstats', 'Scheduler', 'SwitchCounts', 'Thread', 'ThreadTable', 'Ule'].map((name) => [
    name,
    inKernel,
  ]),
  ...['ByteQueue', 'CheckedMbufs', 'Mbufs', 'PacketQueue', 'Actions', 'FlatPackets'].map(
    (name) => [name, inKernel],
  ),
  ...['IcmpMessage', 'IcmpSubject', 'Ipv4Header', 'Judgement', 'PcbTable', 'Toeplitz'].map(
    (name) => [name, inKernel],
  ),
  ...['BufRing', 'Codel', 'Fifo', 'FqCodel', 'InterruptThread', 'LinkClock', 'LiveNic'].map(
    (name) => [name, inKernel],
  ),
  ...['MbufPackets', 'Moderation', 'Priority', 'ReceiveRing', 'Red', 'SimNic', 'SimReceiver'].map(
    (name) => [name, inKernel],
  ),
  ...['LiveReceiver', 'ManyConsumersRing', 'SoleConsumerRing', 'TransmitRing'].map((name) => [
    name,
    inKernel,
  ]),
  ['Dispatcher', 'made by startDispatcher, with workers of its own'],
  ...['ArrayBytes', 'FlowTuple', 'SyntheticSource'].map((name) => [
    name,
    'used for each packet of a capture or a load, with what its reader has checked',
  ]),
  ...[
    'ReceiveInterrupt',
    'Receiver',
    'UdpHeader',
    'Netisr',
    'DatagramSocket',
    'DatagramSockets',
    'Poller',
    'Received',
  ].map((name) => [name, inKernel]),
  ...[
    'LockedSocket',
    'LockedSockets',
    'SocketZone',
    'StreamSocket',
    'Gate',
    'KernelClock',
    'LockMaker',
    'Net',
    'LiveStack',
    'CaptureReader',
  ].map((name) => [name, inKernel]),
])

const hot = 'called for each entry, packet or event with what a kernel has at hand: a check costs'

/**
 * Calls that may fail by the engine's words, or change what they were called on, with the reason.
 */
export const ALLOWED = [
  {
    match: /^(inet|mbuf|netisr(?!\/)|scheduler|stack|park\/model)\b(?!.*(Stack|Guest|setSysctl)$)/,
    why: inKernel,
  },
  {
    match: /^[\w/]+\.new /,
    why: 'an object over bare memory: programs have `create`, `open`, `pair`',
  },
  { match: /^LiveMemory#/, why: 'an access by its address: a check would cost each of them' },
  { match: /^Zone#(alloc|free)AtOnce$/, why: hot },
  {
    match: /#(tryEnter|tryExit|tryAlloc|tryFree|allocNow|freeNow|leave)$|^Mutex#obituary/,
    why: hot,
  },
  { match: /^(Epoch|Smr|Counter|Counters|EventRing|RmLock)#/, why: hot },
  {
    match: /^McsLock#leave$/,
    kind: 'changed though refused',
    why: 'what has the name and the lot of the waiter inside is taken for it',
  },
  { match: /^Pool#(useOf|indexOf|itemAt)$/, why: 'arithmetic of addresses, for who has the item' },
  {
    match: /^memory\.(breakFrom|holder)|^SpinLock#breakFrom/,
    why: 'for undertakers, which know who has ended',
  },
  {
    match: /^EventRing#/,
    kind: 'changed though refused',
    why: 'its writer counts an event first',
  },
  { match: /^Table#|^fsm\.DenseTable/, why: 'a step by numbers, which tables are compiled to' },
  {
    match: /^(memory|park)\.(expect|align|inspect|layout|word|spinNow|trySpin|unspin|codeFolder)/,
    why: 'what packages are written with, and checked by',
  },
  {
    match:
      /^park\.(isLimited|isLoopDue|leftMs|looksOf|loopTurn|onAbort|ownerIn|poll|pollAll|until)$/,
    why: 'what waiting is written with, called with a waiter and a limit of its own',
  },
  {
    match: /^(sync\/kinds\.|sync\.(SyncDomain\.(openLock|handleOf)|exitNow|\w+\.bytes|lockProf))/,
    why: 'what locks are written with, by their authors',
  },
  { match: /^sync\.(backoffOf|lockDelay)/, why: 'what kernels are configured by, in one place' },
  { match: /^SyncDomain#place$|^Witness#(took|sleeps)$/, why: 'for authors of locks' },
  {
    match: /^timecounter\.(?!\w*(FastClock|MockClock|hrtime|performance|hostCounter))/,
    why: 'arithmetic of times, and models of devices for kernels: numbers and pairs of them',
  },
  {
    match: /^SocketDomain#connectSync/,
    kind: 'changed though refused',
    why: 'a name that nobody has is no mistake, and a socket is made and freed to ask for it',
  },
  {
    match: /^socket\.(NoSockets|errnoOf|failed|failureOf)/,
    why: 'numbers of errors between a socket and its protocol',
  },
  {
    match: /^trace\.chromeTrace$/,
    why: 'what was recorded is handed on, and is this package’s own',
  },
  { match: /^interleave\./, why: 'a strategy is told by the options of `explore`, which checks' },
]
