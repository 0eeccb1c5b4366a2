import { type Command } from 'commander'
import { TRACE_KINDS } from '@smpnet/scheduler'
import { BenchError } from '@smpnet/testing'
import { chromeTrace } from '@smpnet/trace'
import type { Entrant, Job } from '../model/job.ts'
import { recordLive, recordSimulated, type Recording } from '../trace/record.ts'
import { withCure } from '../plan/with-cure.ts'
import { kernelJob, smpnet } from '../variants/smpnet.ts'
import { jobFrom, type JobOptions } from './job-options.ts'
import { parseCount } from '../options/quantities.ts'
import { machineOptions } from './machine-options.ts'
import { kernelOptions } from './kernel-options.ts'
import { print } from '../output/print.ts'
import { fileFor, writeWhole } from '../output/whole-file.ts'
import { UsageError } from '../options/usage-error.ts'
import { ownOptions, workloadOptions } from './workload-options.ts'

/** What is traced when nobody says for how long, in milliseconds: some ten thousand events. */
const DURATION_MS = { live: 20, sim: 1 } as const
const MS = 1e6
const FLAG = '--out'
const STDOUT = '-'
/** Of all CPUs together; each takes 32 bytes of one memory, which has at most 1 GiB here. */
const MOST_EVENTS = 2 ** 25

interface TraceOptions extends JobOptions {
  readonly out: string
  readonly events: string
}

/** Gives `command` what `netperf trace` is: it runs our kernel once and writes what happened. */
export function traceCommand(command: Command): Command {
  command
    .description('write what the CPUs of our kernel do in a run, for ui.perfetto.dev')
    .argument('<workload>')
    .option('--out <file>', 'where the trace goes; - is standard output', 'trace.json')
    .option('--events <n>', 'the last so many events of each CPU: a power of two', '65536')
    .option('--machine <kind>', 'live or sim (default: live if it can)')
    .option('--cpus <n>', 'CPUs of the machine (default: 2)')
    .option('--duration <time>', 'how long (default: live 20ms, sim 1ms)')
    .option('--memory <bytes>', 'memory of our kernel (default: what the workload needs)')
    .option('--seed <n>', 'seed of the simulation (default: 1)')
    .action((workload: string, options: TraceOptions) => trace(workload, options))
  for (const option of [...machineOptions(), ...kernelOptions(), ...workloadOptions()])
    command.addOption(option)
  return command
}

async function trace(workload: string, options: TraceOptions): Promise<void> {
  const { out } = options
  if (out !== STDOUT) fileFor(FLAG, out)
  const given = await jobFrom(workload, { ...options, runs: '1' }, ownOptions(options))
  const durationMs = options.duration ? given.durationMs : DURATION_MS[given.machine]
  const job = { ...given, durationMs }
  const recording = await record(job, entrantOf(job), eventsOf(options.events, job.cpus))
  const { rings } = recording
  const text = JSON.stringify(picture(job, recording))
  if (out === STDOUT) return print(text)
  writeWhole(FLAG, out, text)
  const written = rings.reduce((sum, { events }) => sum + events.length, 0)
  const lost = rings.reduce((sum, { lost: ofRing }) => sum + ofRing, 0)
  const counted = `${written} events of ${rings.length} CPUs, ${lost} older ones lost`
  await print(`${out}: ${counted}; ui.perfetto.dev opens it\n`)
}

async function record(job: Job, entrant: Entrant, events: number): Promise<Recording> {
  const kernel = kernelJob(job, entrant)
  try {
    if (job.machine === 'live') return await recordLive(kernel, job.durationMs, events)
    return recordSimulated({ ...kernel, durationNs: job.durationMs * MS }, events)
  } catch (error) {
    // As of any run: what does not fit a machine, or what its code throws, is one sentence.
    const told = withCure(job, error)
    if (told instanceof BenchError || told instanceof UsageError) throw told
    throw new BenchError((told as Error).message, (told as Error).stack)
  }
}

function picture(job: Job, { rings, names }: Recording) {
  const { workload, machine, seed, durationMs } = job
  const profile = job.profile.name
  const where = machine === 'live' ? { machine } : { machine, profile, seed }
  return chromeTrace({
    cpus: rings.map(({ events }, cpu) => ({ cpu, events })),
    kinds: TRACE_KINDS,
    names,
    title: `${workload.name} on ${machine === 'live' ? 'real threads' : profile}`,
    facts: { workload: workload.name, ...where, durationMs },
  })
}

/** A trace is of one kernel. Throws a UsageError when the options describe several. */
function entrantOf({ workload, entrants }: Job): Entrant {
  const ours = entrants.filter(({ carrier }) => carrier === smpnet.name)
  if (ours.length === 1) return ours[0]!
  if (ours.length === 0) {
    throw new UsageError(`expected a workload that our kernel runs, got "${workload.name}"`)
  }
  const names = ours.map(({ name }) => name).join(', ')
  throw new UsageError(`expected options that describe one run to trace, got ${names}`)
}

function eventsOf(text: string, cpus: number): number {
  const events = parseCount(text, { name: '--events', least: 16, most: 2 ** 24 })
  const most = 2 ** Math.floor(Math.log2(MOST_EVENTS / cpus))
  if (events > most) {
    throw new UsageError(`expected --events of ${cpus} CPUs to be at most ${most}, got "${text}"`)
  }
  if (Number.isInteger(Math.log2(events))) return events
  throw new UsageError(`expected --events to be a power of two, got "${text}"`)
}
