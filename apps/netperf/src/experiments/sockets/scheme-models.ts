import { type Exploration, explore } from '@smpnet/interleave'
import { load } from '@smpnet/interleave/node'
import type { Exhibit } from '../../model/exhibit.ts'
import { type Finding, listText } from '../../model/finding.ts'
import type * as Models from '../../models/socket-models.ts'
import { workerModule } from '../../variants/variant.ts'
import { checkedFinding, exactCount, scheduleText } from '../checked.ts'

/** Looks of the memory that judges states. */
const JUDGE = /super\.load\(block/

/** What the model checker makes of one program under one scheme. */
export interface Judged {
  readonly scheme: string
  readonly program: string
  /** What the program promises of each of its executions. */
  readonly promise: string
  readonly result: Pick<Exploration, 'verdict' | 'executions' | 'failure' | 'summary'>
}

/** What the model checker makes of every scheme, with a schedule for each broken promise. */
export async function schemeModels(): Promise<Exhibit[]> {
  const file = new URL(workerModule('socket-models'))
  const models = (await load(file, { packages: ['@smpnet/'] })) as unknown as typeof Models
  const judged = models.schemeNames.flatMap((scheme) =>
    models.programs.map(({ name: program, promise }) => {
      const name = `${scheme}: ${program}`
      const result = explore({ name }, models.program(scheme, program))
      return { scheme, program, promise, result }
    }),
  )
  const broken = judged.filter(({ result }) => result.failure !== undefined)
  return [
    ...broken.map((each): Exhibit => {
      const text = scheduleText(each.result, JUDGE)
      return {
        title: `${each.scheme} breaks a promise: ${each.promise}`,
        text: `${text}\n${models.wordNames(each.scheme, text)}`,
        findings: [brokenFinding(each)],
      }
    }),
    {
      title: 'All schedules of each scheme',
      text: judged.map(({ result }) => result.summary).join('\n'),
      findings: keptFindings(judged),
    },
  ]
}

function brokenFinding({ scheme, program, promise, result }: Judged): Finding {
  const { failure, executions } = result
  const claim =
    `With ${scheme} it is not so that ${promise}: ${program}, in execution ${executions}: ` +
    `${failure?.message.replace(/^Error: /, '').replace(/ \(.*\)$/, '')}.`
  return checkedFinding(claim, [exactCount(`executions of ${scheme}, ${program}`, executions)])
}

/** Which schemes keep every promise under every schedule, and how much the others keep. */
export function keptFindings(judged: readonly Judged[]): Finding[] {
  const schemes = [...new Set(judged.map(({ scheme }) => scheme))].map((name) => {
    const own = judged.filter(({ scheme }) => scheme === name)
    const kept = own.filter(({ result }) => result.verdict === 'holds')
    const executions = kept.reduce((sum, { result }) => sum + result.executions, 0)
    return { name, kept: kept.length, of: own.length, executions }
  })
  const whole = schemes.filter(({ kept, of }) => kept === of)
  const texts = schemes.map(({ name, kept, of, executions }) => {
    return `${name} ${kept} of ${of} in ${executions.toLocaleString('en')} executions`
  })
  const promises = [...new Set(judged.map(({ promise }) => promise))].join('; ')
  const claim =
    `Promises that hold in every execution of two threads that their programs have: ` +
    `${listText(texts)}. All are kept by ${listText(whole.map(({ name }) => name)) || 'none'}: ` +
    `${promises}.`
  const evidence = schemes.map(({ name, executions }) => {
    return exactCount(`executions of ${name}`, executions)
  })
  return [checkedFinding(claim, evidence)]
}
