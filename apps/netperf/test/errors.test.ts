import { fileURLToPath } from 'node:url'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { type Ended, netperf, netperfProcess } from './run-netperf.ts'

const CASES: [args: string, sentence: string][] = [
  [
    'run nonsense',
    '(rr, stream, crr, udp_rr, udp_stream, list_walk, forward, route, dispatch, ifqueue, ' +
      'ifqueue_race, socket_locking, switch, yield, pipe, lookup, park, ' +
      'permit, timestamps, clocks, uptime), got "nonsense"',
  ],
  ['run rr --machine vax', 'expected a machine (live, sim), got "vax"'],
  ['run rr --cpus 0', 'expected --cpus to be a whole number from 1 to 64, got "0"'],
  ['run rr --cpus 65', 'expected --cpus to be a whole number from 1 to 64, got "65"'],
  ['run rr --cpus 1.5', 'expected --cpus to be a whole number from 1 to 64, got "1.5"'],
  ['run rr --machine sim --cpus 33', 'whole number from 1 to 32, got "33"'],
  ['run rr --profile cray-1', 'expected a profile (xeon-e5-2650, '],
  ['run rr --memory 64k', "of the memory's 65536 bytes"],
  ['run rr --machine sim --memory 64k', "of the memory's 65536 bytes"],
  ['run rr --boot nowhere.mjs', 'got no file at "nowhere.mjs"'],
  ['run rr --size 0', 'expected --size to be from 1 to 16m bytes'],
  ['run rr --size 17m', 'got "17m"'],
  ['run rr --size many', 'got "many"'],
  ['run rr --duration 5', 'such as 2s, 500ms or 100us, got "5"'],
  ['run rr --duration 5ms', 'expected --duration with 10 runs to be from 10ms to 3600s'],
  ['run rr --runs 0', 'expected --runs to be a whole number from 1 to 1000, got "0"'],
  ['run rr --seed x', 'expected --seed to be a whole number from 0 to 2147483647, got "x"'],
  ['run rr --buffer 3k', 'expected --buffer to be a power of two of bytes, got "3k"'],
  ['run rr --lock mutex', 'expected --lock with list_walk, got it with "rr"'],
  ['run list_walk --lock latch', 'expected a lock (mutex, spin, ticket, mcs, rwlock, '],
  ['run list_walk --writes 2', 'expected --writes to be a probability from 0 to 1'],
  ['run list_walk --length 0', 'expected --length to be a whole number from 1 to 4096'],
  ['run list_walk --variants smpnet', 'expected --variants with a workload that has alternatives'],
  ['run forward --machine live', 'expected --machine sim with forward, got "live"'],
  ['run route --route-lock latch', 'expected a route-lock (none, mutex, spin, '],
  ['run forward --path-lock route:rwlock', 'name:kind:shared|flow:count, such as'],
  ['run forward --path-lock route:latch:shared', 'got "route:latch:shared"'],
  ['run forward --path-lock a:mutex:flow:0', 'got "a:mutex:flow:0"'],
  ['run forward --path-lock a:mutex:flow:lines=65', 'got "a:mutex:flow:lines=65"'],
  ['run forward --path-lock a:atomic:flow:write=1%', 'got "a:atomic:flow:write=1%"'],
  ['run forward --path-lock a:mutex:flow:write=2', 'to be a probability from 0 to 1'],
  ['run forward --rss 1,2', 'expected --rss with --link-rate'],
  ['run forward --rss 0,0 --link-rate 1M', 'expected --rss to be a weight for each queue'],
  ['run forward --link-rate fast', 'such as 800k or 14.88M, got "fast"'],
  ['run switch --machine live --work 5', 'expected --work with --machine sim, got it with "live"'],
  ['run rr --price tick=5', 'expected --price with --machine sim, got it with "live"'],
  ['run rr --machine sim --price tick', 'expected --price to be a name and its ns'],
  ['run rr --machine sim --price lines.x=5', '--price: profile xeon-e5-2650 has the figures'],
  ['run rr --on 70000', 'expected --on to be any'],
  ['run rr --machine sim --on 0-32', 'expected --on to be threads of xeon-e5-2650 from 0 to 31'],
  ['run rr --machine sim --on 0,0', 'expected --on to be threads of xeon-e5-2650'],
  ['run rr --machine sim --on 0,1 --cpus 3', 'with --cpus 2 or none, got --cpus "3"'],
  ['run rr --machine sim --profile ./none.json', 'to be a file that can be read, got ENOENT'],
  ['run rr --backoff often', 'expected a back-off (none, lock_delay), got "often"'],
  ['validate --host ./none.json', 'to be a file that can be read, got ENOENT'],
  ['experiment hpet --vary none', 'expected --vary to be a whole number from 1 to 1000'],
  ['run switch --machine live --accounting cycles', 'expected an accounting (time), got "cycles"'],
  ['run clocks --clocks sundial', 'expected a clock (FastClock.now, '],
  ['run clocks --machine sim', 'expected --machine live with clocks, got "sim"'],
  ['run uptime --wraps 0', 'expected --wraps to be a number of wraps from 0.01 to 100, got "0"'],
  ['run forward --work 0', 'expected --work to be a number of ns from 1 to 1000000, got "0"'],
  ['run rr --pairs 0', 'expected --pairs to be a whole number from 1 to 1024, got "0"'],
  ['run rr --variants node-tcp,pigeon', 'got "pigeon"'],
  [
    'run rr --machine sim --variants node-tcp',
    'expected variants for rr on the sim machine (smpnet)',
  ],
  [
    'run rr --variants node-udp',
    'expected variants for rr on the live machine (smpnet, node-tcp, ',
  ],
  [
    'run udp_rr --variants node-tcp',
    'udp_rr on the live machine (smpnet, node-udp, message-port)',
  ],
  [
    'run udp_rr --machine sim --variants node-udp',
    'variants for udp_rr on the sim machine (smpnet)',
  ],
  ['run udp_rr --size 64k', 'expected --size to be from 1 to 65507 bytes'],
  ['run udp_rr --buffer 64k', 'expected --buffer with rr, stream, crr, got it with "udp_rr"'],
  ['run udp_rr --window 8', 'expected --window with udp_stream, got it with "udp_rr"'],
  [
    'run udp_rr --variants node-udp --scheduler ule',
    'expected smpnet among the variants, to have scheduler, got node',
  ],
  ['run udp_stream --size 7', 'expected --size to be from 8 to 65507 bytes'],
  ['run udp_stream --window 0', 'expected --window to be a whole number from 1 to 4096, got "0"'],
  ['run', "missing required argument 'workload' (netperf --help says what is expected)"],
  ['run rr --scheduler cfs', 'expected a scheduler (priority, 4bsd, ule), got "cfs"'],
  [
    'run rr --wakeup eager',
    'expected a wakeup (preempt, no-preempt, deferred-to-unlock, handoff), got "eager"',
  ],
  [
    'run rr --preemption 256',
    'expected --preemption to be none, kernel, full or a priority from 0 to 255, got "256"',
  ],
  ['run rr --accounting beans', 'expected an accounting (none, time, cycles), got "beans"'],
  [
    'run rr --accounting cycles',
    '--accounting: expected none or time on real threads, since JavaScript reads no cycle counter',
  ],
  ['run switch --accounting none', 'expected an accounting (time, cycles), got "none"'],
  [
    'run rr --variants node-tcp --scheduler ule --statistics',
    'expected smpnet among the variants, to have scheduler, statistics, got node-tcp',
  ],
  ['run rr --colour', "unknown option '--colour'"],
  ['bake', 'presets, show, calibrate, validate), got "bake"'],
  ['experiment hpet --machine real', 'expected a machine (live, sim), got "real"'],
  ['experiment hpet --machine live', 'expected --machine sim with experiment hpet, got "live"'],
  ['experiment wakeups --machine live --vary', 'expected --vary with --machine sim, got "live"'],
  ['experiment hpet --quick --thorough', 'expected --quick or --thorough, got both'],
  ['experiment polling', 'expected an experiment (read-mostly'],
]

const NUMBERS = [
  ...['cpus', 'runs', 'seed', 'pairs', 'size', 'buffer', 'duration', 'memory'].map((flag) => {
    return ['rr', `--${flag}`] as const
  }),
  ['list_walk', '--writes'],
  ['list_walk', '--length'],
  ['udp_stream', '--window'],
  ['uptime', '--wraps'],
] as const
const NO_NUMBERS = ['', 'NaN', 'Infinity', '1e3', '0x2', '-1', '__proto__', 'constructor']

function expectOneSentence({ status, stdout, stderr }: Ended): void {
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  const lines = stderr.trim().split('\n')
  expect(lines.filter((line) => line.startsWith('netperf: '))).toHaveLength(1)
  expect(lines.at(-1)).toMatch(/^netperf: /)
  expect(stderr).not.toContain('    at ')
}

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))
const short = ['--duration', '20ms', '--runs', '1']

describe('a boot module', () => {
  it.each(['live', 'sim'])('that throws ends the command on the %s machine', async (machine) => {
    const args = ['run', 'rr', '--machine', machine, '--boot', fixture('boot-throws.mjs')]
    const { status, stdout, stderr } = await netperf([...args, ...short])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('worker module boot-throws.mjs')
    expect(stderr).toContain('no such network card')
    expect(stderr).not.toContain('    at ')
  })

  it('cannot be asked for statistics, which it does not know of', async () => {
    const args = ['run', 'rr', '--boot', fixture('boot-throws.mjs'), '--statistics']
    const { status, stderr } = await netperf([...args, ...short])
    expect(status).toBe(2)
    expect(stderr).toBe('netperf: expected statistics of the boot that is built in, got --boot\n')
  })

  it.runIf(thorough(true, false))('that never returns ends the command too', async () => {
    const args = ['run', 'rr', '--variants', 'smpnet', '--boot', fixture('boot-hangs.mjs')]
    const { status, stderr } = await netperfProcess([...args, ...short])
    expect(status).toBe(2)
    expect(stderr).toMatch(/variant "smpnet" did not finish its start within \d+0000 ms/)
  })
})

describe('what cannot be done', () => {
  it.each(CASES)('netperf %s', async (args, sentence) => {
    const ended = await netperf(args.split(' '))
    expect(ended.stderr).toContain(sentence)
    expectOneSentence(ended)
  })

  it.each(NUMBERS)('netperf run %s with a number for %s that is none', async (workload, flag) => {
    for (const value of NO_NUMBERS) {
      const ended = await netperf(['run', workload, '--machine', 'sim', flag, value])
      expect([value, ended.stderr]).toEqual([value, expect.stringContaining(flag)])
      expectOneSentence(ended)
    }
  })
})
