import { type Exploration, explore } from '@smpnet/interleave'
import { load } from '@smpnet/interleave/node'
import type { Effort } from '../../model/experiment.ts'
import type { Exhibit } from '../../model/exhibit.ts'
import { type Finding, listText } from '../../model/finding.ts'
import type * as Models from '../../models/ifqueue-models.ts'
import { workerModule } from '../../variants/variant.ts'
import { checkedFinding, exactCount, scheduleText } from '../checked.ts'

const HISTORICAL = 'historical'
/** Their own steps are many: two senders of a packet each are enough. */
const RINGS: readonly string[] = ['buf-ring', 'abdicate']

/** What the model checker makes of every hand-off, with the two schedules of the historical one. */
export async function handoffModels(effort: Effort): Promise<Exhibit[]> {
  const file = new URL(workerModule('ifqueue-models'))
  const models = (await load(file, { packages: ['@smpnet/'] })) as unknown as typeof Models
  const others = models.handoffNames.filter((name) => name !== HISTORICAL)
  const stranded = explore({ name: HISTORICAL }, models.stranded(HISTORICAL, [1, 1]))
  const started = explore({ name: HISTORICAL }, models.idleStart(HISTORICAL))
  const judged = others.map((name) => {
    const packets = effort !== 'quick' && !RINGS.includes(name) ? [2, 1] : [1, 1]
    const strands = explore({ name }, models.stranded(name, packets))
    return { name, strands, starts: explore({ name }, models.idleStart(name)) }
  })
  return [
    {
      title: 'A schedule of IFQ_HANDOFF that strands a packet',
      text: `${scheduleText(stranded)}\n${models.wordNames(HISTORICAL)}`,
      findings: [strandedFinding(stranded)],
    },
    {
      title: 'A schedule of IFQ_HANDOFF that starts the driver for nothing',
      text: `${scheduleText(started)}\n${models.wordNames(HISTORICAL)}`,
      findings: judged.map(({ name, strands }) => freeFinding(name, strands)),
    },
    {
      title: 'All schedules of the others, two senders and one descriptor',
      text: judged.map(({ strands }) => strands.summary).join('\n'),
      findings: startsFindings(judged),
    },
  ]
}

function strandedFinding(result: Exploration): Finding {
  const { failure, executions } = result
  const claim =
    failure === undefined
      ? 'IFQ_HANDOFF strands no packet under any schedule, which it was written to do.'
      : `IFQ_HANDOFF strands a packet, found in execution ${executions}: the driver sees an ` +
        'empty queue, a sender queues and sees OACTIVE, the driver clears it, and nobody starts.'
  return checkedFinding(claim, [exactCount(`executions until ${HISTORICAL} strands`, executions)])
}

function freeFinding(name: string, { verdict, executions, failure }: Exploration): Finding {
  const claim =
    verdict === 'holds'
      ? `${name} strands no packet in any of ${executions.toLocaleString('en')} executions, ` +
        'which are all that two senders and one descriptor have.'
      : `${name}: ${failure?.message ?? `nothing found in ${executions} executions, not all`}.`
  return checkedFinding(claim, [exactCount(`executions of ${name}`, executions)])
}

function startsFindings(
  judged: readonly { readonly name: string; readonly starts: Exploration }[],
): Finding[] {
  const never = judged.filter(({ starts }) => starts.verdict === 'holds').map(({ name }) => name)
  const may = judged.filter(({ starts }) => starts.verdict === 'fails').map(({ name }) => name)
  const claim =
    `The driver is never started for nothing by ${listText(never) || 'none'}; by ` +
    `${listText([HISTORICAL, ...may])} it is when another sender has moved the packet already.`
  const evidence = judged.map(({ name, starts }) => {
    return exactCount(`executions of ${name}, starts`, starts.executions)
  })
  return [checkedFinding(claim, evidence)]
}
