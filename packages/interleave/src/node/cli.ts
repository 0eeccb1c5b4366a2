import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CompileError } from '../compiler/compile.ts'
import type { Setup } from '../explorer/explorer.ts'
import { NoThreads } from '../explorer/world.ts'
import { type Exploration, explore, type ExploreOptions } from '../explore.ts'
import type { FailureReport } from '../report/failure-report.ts'
import { timeline } from '../report/timeline.ts'
import { ScheduleError } from '../strategies/guided.ts'
import { parseSchedule } from '../strategies/schedule.ts'
import { Refusal } from '../runtime/refusal.ts'
import { bounded, bruteForce, exhaustive, pct, randomWalk } from '../strategies/choose.ts'
import type { Strategy } from '../strategies/strategy.ts'
import { load } from './load.ts'

const USAGE = `interleave: run a program's threads in every order that matters

  interleave FILE [name …]      explore the programs that FILE exports, or those named

A program is an exported function that takes a world: export function counter({ thread, after }) {…}
Packages that use Atomics are compiled like the program; --package names others.

  --strategy exhaustive         every execution once (the default)
             bounded=2          every schedule with at most 2 preemptions
             pct, random        a sample: --executions and --seed say which
             brute-force        every order of every step
  --executions N                stop after N executions (pct and random: run N, 10000)
  --seconds N                   stop after N seconds
  --max-steps N                 steps of one execution at most (10000)
  --deaths N                    threads that die in one execution at most (0)
  --timeouts never|N            waits that time out in one execution at most (all)
  --seed N                      for pct and random (1)
  --races fail|ignore           what data races are (fail)
  --replay SCHEDULE             run one printed schedule; works under node --inspect-brk
  --html FILE                   write the failing schedule as a page
  --package NAME                compile this package too; may be repeated
  --condition NAME              an export condition for those packages; may be repeated
  --version, --help

Ends with 0 if all programs hold, 1 if one fails, 3 if a budget ran out first, 2 for a wrong call.
`

const OPTIONS = {
  strategy: { type: 'string', default: 'exhaustive' },
  executions: { type: 'string' },
  seconds: { type: 'string' },
  'max-steps': { type: 'string' },
  deaths: { type: 'string', default: '0' },
  timeouts: { type: 'string' },
  seed: { type: 'string', default: '1' },
  races: { type: 'string', default: 'fail' },
  replay: { type: 'string' },
  html: { type: 'string' },
  package: { type: 'string', multiple: true, default: [] as string[] },
  condition: { type: 'string', multiple: true, default: [] as string[] },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/**
 * The command. It compiles and loads a file, takes each exported function, or each that is named,
 * for a program, explores them one after the other and prints what was found. What is wrong with a
 * call, with the code or with a program is a sentence on standard error and status 2, so that a
 * script can tell it from a program that fails. A stack is printed for other errors only, such as
 * what a program's setup throws.
 */

/** A call of the command that makes no sense; the message says what was expected. */
class UsageError extends Error {}

type Values = ReturnType<typeof parse>['values']

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** The command. Returns the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parse(args)
    if (values.version) return say(version())
    if (values.help) return say(USAGE)
    const [file, ...names] = positionals
    if (file === undefined) throw new UsageError('expected a file')
    if (!existsSync(file)) throw new UsageError(`expected a file, found nothing at ${file}`)
    const programs = await programsOf(resolve(file), names, values)
    return run(programs, file, values)
  } catch (error) {
    return complain(error)
  }
}

async function programsOf(
  file: string,
  names: readonly string[],
  values: Values,
): Promise<[string, Setup][]> {
  const loaded = await load(file, { packages: values.package, conditions: values.condition })
  const programs = Object.entries(loaded).filter((entry): entry is [string, Setup] => {
    return isFunction(entry[1]) && (names.length === 0 || names.includes(entry[0]))
  })
  const missing = names.find((name) => !programs.some(([found]) => found === name))
  if (missing !== undefined) {
    throw new UsageError(`expected ${file} to export a function ${missing}`)
  }
  if (programs.length === 0) throw new UsageError(`expected ${file} to export a function${HINT}`)
  return programs
}

/** How to write what the command explores; for a file that has nothing of the kind. */
const HINT = `

A model is a function that sets up shared memory and starts threads over it:

  export function counter({ thread, after }) {
    const words = new Int32Array(new SharedArrayBuffer(4))
    const add = () => Atomics.store(words, 0, Atomics.load(words, 0) + 1)
    thread('a', add)
    thread('b', add)
    after(() => { if (words[0] !== 2) throw new Error('lost') })
  }
`

/** Whether a value can be called; a class cannot. */
function isFunction(value: unknown): boolean {
  return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value))
}

/** The report, with the command line that runs its schedule again. */
function asCommand(
  { text, replay }: FailureReport,
  file: string,
  name: string,
  { deaths, timeouts, races, package: packages, condition }: Values,
): string {
  const more = [
    deaths === '0' ? '' : ` --deaths ${deaths}`,
    timeouts === undefined ? '' : ` --timeouts ${timeouts}`,
    races === 'fail' ? '' : ` --races ${races}`,
    ...packages.map((one) => ` --package ${one}`),
    ...condition.map((one) => ` --condition ${one}`),
  ].join('')
  const line = `npx interleave ${file} ${name} --replay ${replay}${more}`
  return text.replace(`explore({ replay: '${replay}' }, …)`, line)
}

function run(programs: readonly [string, Setup][], file: string, values: Values): number {
  let status = 0
  for (const [name, setup] of programs) {
    const result = exploreOne(optionsOf(name, values), setup)
    say(
      result.failure === undefined
        ? result.summary
        : `${result.summary}\n\n${asCommand(result.failure, file, name, values)}\n`,
    )
    if (result.failure !== undefined && values.html !== undefined) {
      writeFileSync(values.html, timeline(result.failure, name))
    }
    status = worse(status, statusOf(result))
  }
  return status
}

/** What starts no threads is a mistake in the call: a file may export what is no program. */
function exploreOne(options: ExploreOptions & { name: string }, setup: Setup): Exploration {
  try {
    return explore(options, setup)
  } catch (error) {
    if (error instanceof ScheduleError) {
      throw new UsageError(error.message.replace('expected', 'expected --replay'))
    }
    if (!(error instanceof NoThreads)) throw error
    throw new UsageError(
      `expected ${options.name} to start threads in the world that it is given, got none${HINT}`,
    )
  }
}

function statusOf({ verdict }: Exploration): number {
  return verdict === 'holds' ? 0 : verdict === 'fails' ? 1 : 3
}

/** A failure says more than a budget that ran out. */
function worse(a: number, b: number): number {
  return a === 1 || b === 1 ? 1 : Math.max(a, b)
}

function optionsOf(name: string, values: Values): ExploreOptions & { name: string } {
  const { races, replay } = values
  if (races !== 'fail' && races !== 'ignore') {
    throw new UsageError(`expected --races fail or ignore, got ${races}`)
  }
  checkSchedule(replay)
  const executions = number('executions', values.executions)
  const seconds = number('seconds', values.seconds)
  const maxSteps = number('max-steps', values['max-steps'])
  return {
    name,
    races,
    strategy: strategyOf(values, executions),
    deaths: number('deaths', values.deaths)!,
    ...(values.timeouts === undefined ? {} : { timeouts: timeoutsOf(values.timeouts) }),
    ...(replay === undefined ? {} : { replay }),
    ...(executions === undefined ? {} : { maxExecutions: executions }),
    ...(maxSteps === undefined ? {} : { maxSteps }),
    ...(seconds === undefined ? {} : { maxMs: seconds * 1_000, now: () => realNow() }),
  }
}

function checkSchedule(replay: string | undefined): void {
  try {
    if (replay !== undefined) parseSchedule(replay)
  } catch (error) {
    throw new UsageError((error as Error).message.replace('expected', 'expected --replay'))
  }
}

function timeoutsOf(text: string): 'never' | number {
  return text === 'never' ? text : number('timeouts', text)!
}

/** Taken before a check replaces the clock by a stand-in. */
const realNow = performance.now.bind(performance)

function strategyOf(values: Values, executions = 10_000): Strategy {
  const [name, bound] = values.strategy.split('=')
  const sample = { executions, seed: number('seed', values.seed)! }
  if (name === 'exhaustive') return exhaustive()
  if (name === 'brute-force') return bruteForce()
  if (name === 'bounded') return bounded(number('strategy bounded', bound) ?? 2)
  if (name === 'pct') return pct(sample)
  if (name === 'random') return randomWalk(sample)
  throw new UsageError(
    `expected --strategy exhaustive, bounded, pct, random or brute-force, got ${name}`,
  )
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0) return value
  throw new UsageError(`expected a whole number for ${name}, got ${text}`)
}

function say(text: string): 0 {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  return 0
}

function complain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`interleave: ${error.message}\ninterleave --help says more\n`)
  } else if (error instanceof CompileError || error instanceof Refusal || isMissing(error)) {
    process.stderr.write(`interleave: ${(error as Error).message}\n`)
  } else process.stderr.write(`${(error as Error).stack ?? String(error)}\n`)
  return 2
}

/** Whether the program imports what is not there. */
function isMissing(error: unknown): boolean {
  return /^(ERR_)?MODULE_NOT_FOUND$/.test(String((error as { code?: unknown } | null)?.code))
}

/** The manifest lies one folder above the built command and two above its source. */
function version(): string {
  const places = ['../package.json', '../../package.json']
  const manifest = places
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url))
  return (JSON.parse(readFileSync(manifest!, 'utf8')) as { version: string }).version
}
