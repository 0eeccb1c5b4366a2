import type {
  NetisrStatistics,
  ProtocolStatistics,
  WorkStatistics,
  WorkstreamStatistics,
} from './statistics.ts'

/**
 * The statistics as FreeBSD's `netstat -Q` prints them. CPUs that dispatched directly and have no
 * workstream, which FreeBSD leaves out, have a `-` for its number.
 */
export function netstatQ(statistics: NetisrStatistics): string {
  const { protocols, workstreams, elsewhere } = statistics
  const width = Math.max(6, ...protocols.map(({ name }) => name.length))
  const columns = ['Len', 'WMark', "Disp'd", "HDisp'd", 'QDrops', 'Queued', 'Handled']
  return [
    'Configuration:',
    ...configuration(statistics),
    '',
    'Protocols:',
    `${'Name'.padEnd(width)} Proto QLimit Policy Dispatch Flags`,
    ...protocols.map((protocol) => protocolLine(protocol, width)),
    '',
    'Workstreams:',
    `WSID CPU   ${'Name'.padEnd(width)} ${figures(columns)}`,
    ...[...workstreams, ...elsewhere].flatMap((stream) => streamLines(stream, width)),
    '',
  ].join('\n')
}

function configuration({ configuration: set }: NetisrStatistics): string[] {
  const rows = [
    ['Setting', 'Current', 'Limit'],
    ['Thread count', set.threads, set.maxThreads],
    ['Default queue limit', set.defaultLimit, set.maxLimit],
    ['Dispatch policy', set.dispatch, 'n/a'],
    ['Threads bound to CPUs', set.bind ? 'enabled' : 'disabled', 'n/a'],
  ]
  return rows.map(([setting, current, limit]) => {
    const figures = [current, limit].map((figure) => String(figure).padStart(12))
    return `${String(setting).padEnd(25)} ${figures.join(' ')}`
  })
}

/** The flags are FreeBSD's: C for a function cpu, D for one that hears of drained queues, F. */
function protocolLine(protocol: ProtocolStatistics, width: number): string {
  const { name, number, limit, policy, dispatch, hasCpu, hasDrained, hasFlow } = protocol
  const numbers = `${String(number).padStart(5)} ${String(limit).padStart(6)}`
  const flags = [hasCpu ? 'C' : '-', hasDrained ? 'D' : '-', hasFlow ? 'F' : '-'].join('')
  return `${name.padEnd(width)} ${numbers} ${policy.padStart(6)} ${dispatch.padStart(8)}   ${flags}`
}

function streamLines({ id, cpu, works }: WorkstreamStatistics, width: number): string[] {
  const number = (id < 0 ? '-' : String(id)).padStart(4)
  return works.map((work) => {
    const head = `${number} ${String(cpu).padStart(3)}   ${work.name.padEnd(width)}`
    return `${head} ${figures(figuresOf(work))}`
  })
}

function figuresOf(work: WorkStatistics): string[] {
  const { length, watermark, dispatched, hybridDispatched, drops, queued, handled } = work
  return [length, watermark, dispatched, hybridDispatched, drops, queued, handled].map(String)
}

/** Two columns of 5 and five of 8. */
function figures(columns: readonly string[]): string {
  return columns.map((column, i) => column.padStart(i < 2 ? 5 : 8)).join(' ')
}
