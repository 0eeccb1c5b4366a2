/** Packages whose tests run in a browser, too: a line each. */
export const PACKAGES = ['interleave', 'memory', 'sync', 'timecounter']

const COMPILES = 'compiles programs with esbuild, which is a program of its own'

/** Test files of theirs that do not, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'packages/interleave/test/compiler.test.ts': COMPILES,
  'packages/interleave/test/litmus.test.ts': COMPILES,
  'packages/interleave/test/mutants.test.ts': COMPILES,
  'packages/interleave/test/tools.test.ts':
    'is about the command and the plugin, which are for Node',
  'packages/interleave/test/differential.test.ts': 'computes for a minute what no engine changes',
  'packages/sync/test/event-loop.test.ts': 'watches processes end',
}
