import { Command, CommanderError, Option } from 'commander'
import { presets } from '@smpnet/stack'
import { experiments } from '../catalog/experiments.ts'
import { defaultComparison } from '../plan/default-comparison.ts'
import { durationBounds, LIMITS, RUNS } from '../plan/limits.ts'
import { machineFrom } from '../machines/machine-file.ts'
import { parseCount, parseDuration } from '../options/quantities.ts'
import type { Job } from '../model/job.ts'
import { variants } from '../variants/index.ts'
import { workloads } from '../workloads/index.ts'
import { calibrateCommand } from './calibrate-command.ts'
import { compareFiles } from './compare-command.ts'
import { execute } from './execute.ts'
import { formatOf, formatOptions, type FormatOptions } from './format.ts'
import { DEFAULT_OUT, type ExperimentOptions, runExperiment } from './experiment-command.ts'
import { given, type JobOptions, seedFrom } from './job-options.ts'
import { jobsFrom } from './jobs-from.ts'
import { kernelOptions, printingOptions } from './kernel-options.ts'
import { machineOptions, profileOption } from './machine-options.ts'
import { showCommand } from './show-command.ts'
import { sysctlCommand } from './sysctl-command.ts'
import { traceCommand } from './trace-command.ts'
import { print } from '../output/print.ts'
import { lookUp, UsageError } from '../options/usage-error.ts'
import { validateCommand } from './validate-command.ts'
import { ownOptions, workloadOptions } from './workload-options.ts'

/** The command line: `netperf`, `netperf run WORKLOAD`, `netperf experiment NAME` and others. */
export function program(version: string, tell: (text: string) => void): Command {
  const netperf = command('netperf')
    .description('Compares network stack configurations, on real threads and simulated.')
    .version(version)
    .enablePositionalOptions()
    .addHelpText('after', catalogue)
  netperf.addCommand(compareCommand(), { isDefault: true })
  netperf.addCommand(runCommand())
  netperf.addCommand(traceCommand(command('trace')))
  netperf.addCommand(experimentCommand())
  netperf.addCommand(sysctlCommand(command('sysctl')))
  netperf.addCommand(presetsCommand())
  netperf.addCommand(showCommand(command('show')))
  netperf.addCommand(calibrateCommand(command('calibrate')))
  netperf.addCommand(validateCommand(command('validate')))
  for (const each of [netperf, ...netperf.commands]) each.configureOutput({ writeOut: tell })
  return netperf
}

/** The words of a command line. Throws a UsageError where the first is no command. */
export function words(netperf: Command, argv: readonly string[]): readonly string[] {
  const [, , first = '--'] = argv
  const names = netperf.commands.map((each) => each.name())
  if (first.startsWith('-') || names.includes(first)) return argv
  throw new UsageError(`expected a command (${names.join(', ')}), got "${first}"`)
}

function compareCommand(): Command {
  return formatted(command('compare'))
    .description('compare two files that --json has printed; without files, as no command')
    .argument('[A]', 'a file, or several that were run in turn with those of B, with commas')
    .argument('[B]', 'the same')
    .addOption(
      new Option('--duration <time>', 'per live variant, such as 2s, 500ms (default: 1s)'),
    )
    .addOption(new Option('--runs <n>', 'slices per live variant (default: 10)'))
    .addOption(profileOption())
    .addOption(seedOption())
    .action(
      async (one: string | undefined, other: string | undefined, options: ComparisonOptions) => {
        if (one !== undefined) return compareFiles(twoFiles(one, other), formatOf(options))
        await execute(comparisonFrom(options), formatOf(options))
      },
    )
}

function twoFiles(one: string, other: string | undefined): readonly [string, string] {
  if (other !== undefined) return [one, other]
  throw new UsageError(`expected two files to compare, got one: "${one}"`)
}

/** What `netperf` without a command may be told, as it was typed. */
interface ComparisonOptions
  extends Pick<JobOptions, 'profile' | 'seed' | 'duration' | 'runs'>,
    FormatOptions {}

function comparisonFrom({ profile, seed, duration, runs: typedRuns }: ComparisonOptions): Job[] {
  const runs = given(typedRuns, (text) => parseCount(text, RUNS))
  const perRun = durationBounds('live', runs ?? LIMITS.get('live')!.runs)
  const durationMs = given(duration, (text) => parseDuration(text, perRun))
  return defaultComparison({
    profile: given(profile, machineFrom),
    seed: given(seed, seedFrom),
    durationMs,
    runs,
  })
}

function runCommand(): Command {
  const run = command('run')
    .description(`run one workload (${[...workloads.keys()].join(', ')})`)
    .argument('<workload>')
    .option(
      '--machine <kind>',
      'live, on real threads, or sim, simulated (default: live if it can)',
    )
    .option('--cpus <n>', 'CPUs of the machine (default: 2)')
    .option('--variants <a,b>', 'what to compare (default: all that the machine compares)')
    .option(
      '--duration <time>',
      'per variant, in all runs together; simulated at most: a run ends when it has settled ' +
        '(default: live 2s, sim 20ms)',
    )
    .option('--runs <n>', 'slices, or simulations with seeds that count up (default: 10, sim 5)')
    .option('--width <share>', 'simulate more runs until figures are sure to, say, 2%')
    .option('--memory <bytes>', 'memory of our kernel (default: what the workload needs)')
    .option('--capture <file>', 'write the packets of our kernel to a pcapng file (udp_*)')
    .option('--boot <module>', 'sets up our kernel’s CPUs, instead of the module that is built in')
    .addOption(seedOption())
    .action(async (workload: string, options: JobOptions & FormatOptions) => {
      const jobs = await jobsFrom(workload, options, ownOptions(options))
      await execute(jobs, formatOf(options))
    })
  for (const option of [
    ...formatOptions(),
    ...machineOptions(),
    ...kernelOptions(),
    ...printingOptions(),
    ...workloadOptions(),
  ]) {
    run.addOption(option)
  }
  return run
}

function experimentCommand(): Command {
  return formatted(command('experiment'))
    .description('answer a question; without a name, list the questions')
    .argument('[name]')
    .option('--quick', 'a first look within ten seconds')
    .option('--thorough', 'on the largest machines, too, for as long as that takes')
    .option('--machine <kind>', 'only what is measured live, or sim, simulated (default: both)')
    .option('--vary [machines]', 'which claims survive other values of what machines assume')
    .option('--out <folder>', `where pictures and page go (default: ${DEFAULT_OUT})`)
    .addOption(new Option('--seed <n>', 'seed of the simulation').default('1'))
    .action(async (name: string | undefined, options: ExperimentOptions) => {
      if (name === undefined) return print(experimentList())
      await runExperiment(lookUp('experiment', experiments, name), options)
    })
}

function experimentList(): string {
  return `${listOf(experiments.values())}\n`
}

function presetsCommand(): Command {
  return command('presets')
    .description('list the kernels that have names, for --preset')
    .action(() => print(`${listOf(presets.values())}\n`))
}

/** A command whose mistakes are thrown, so that all errors leave by one door. */
function command(name: string): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .helpCommand(false)
}

/** A command whose results are printed for readers or for programs. */
function formatted(command: Command): Command {
  for (const option of formatOptions()) command.addOption(option)
  return command
}

function seedOption(): Option {
  return new Option('--seed <n>', 'seed of the simulation (default: 1)')
}

function catalogue(): string {
  const list = (title: string, items: Iterable<Listed>) => `${title}\n${listOf(items, '  ')}`
  const lists = [
    list('Workloads:', workloads.values()),
    list('Variants:', variants.values()),
    list('Experiments:', experiments.values()),
    list('Presets:', presets.values()),
  ]
  return `\n${lists.join('\n\n')}`
}

interface Listed {
  readonly name: string
  readonly summary: string
}

function listOf(items: Iterable<Listed>, before = ''): string {
  const lines = [...items].map(({ name, summary }) => `${before}${name.padEnd(16)} ${summary}`)
  return lines.join('\n')
}

/** Whether commander has ended with what was asked for: help, or the version. */
export function isTold(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0
}

/** What commander found wrong, as our sentences are. */
export function commandLineMistake(error: CommanderError): string {
  const [mistake] = error.message.replace(/^error: /, '').split('\n')
  return `${mistake?.replace(/\.$/, '')} (netperf --help says what is expected)`
}
