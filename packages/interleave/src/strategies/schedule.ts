/**
 * Which thread makes each step, by the threads' keys. As text it is `1:0*3.1*2.0/0`: a version,
 * and runs of steps; `0/0` is the first thread that thread 0 started, and the first step of `0x` is
 * the death of thread 0, the others its burial.
 */
export type Schedule = readonly string[]

const VERSION = '1:'

export function showSchedule(schedule: Schedule): string {
  const runs: string[] = []
  for (let i = 0; i < schedule.length; ) {
    let end = i
    while (end < schedule.length && schedule[end] === schedule[i]) end++
    runs.push(end - i === 1 ? schedule[i]! : `${schedule[i]}*${end - i}`)
    i = end
  }
  return VERSION + runs.join('.')
}

/** Reads a schedule back. Throws a SyntaxError for text that is none. */
export function parseSchedule(text: string): Schedule {
  if (!/^1:(\d+x?(\/\d+x?)*(\*\d+)?(\.(?=\d)|$))*$/.test(text)) {
    throw new SyntaxError(`expected a schedule such as ${VERSION}0*3.1*2, got ${text}`)
  }
  const schedule: string[] = []
  for (const run of text.slice(VERSION.length).split('.')) {
    if (run === '') continue
    const [thread, count = '1'] = run.split('*')
    for (let i = Number(count); i > 0; i--) schedule.push(thread!)
  }
  return schedule
}

/** The threads that die, by key. */
export function doomedBy(schedule: Schedule): string[] {
  const undertakers = new Set(schedule.filter((key) => key.endsWith('x')))
  return [...undertakers].map((key) => key.slice(0, -1))
}

/** Times that the schedule goes from one thread to another. */
export function countSwitches(schedule: Schedule): number {
  let switches = 0
  for (let i = 1; i < schedule.length; i++) if (schedule[i] !== schedule[i - 1]) switches++
  return switches
}
