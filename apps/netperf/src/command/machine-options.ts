import { Option } from 'commander'
import { appended } from '../options/words.ts'
import { DEFAULT_PROFILE } from '../plan/limits.ts'

/** The options that say which machine it is. */
export function machineOptions(): Option[] {
  return [
    profileOption(),
    new Option(
      '--price <name=ns>',
      'another figure of that machine: of named work, or by its path; repeatable',
    ).argParser(appended),
    new Option(
      '--on <threads>',
      'which threads of it the CPUs are, such as 0-7,16-23; live: cores, or any (default: its own)',
    ),
  ]
}

export function profileOption(): Option {
  const text = `the machine that is simulated, or a .json file (default: ${DEFAULT_PROFILE})`
  return new Option('--profile <name>', text)
}
