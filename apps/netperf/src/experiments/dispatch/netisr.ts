import type { Experiment } from '../../model/experiment.ts'
import { simFindings } from '../../model/finding.ts'
import { loadClaims } from './load-findings.ts'
import { netisrJobs } from './netisr-jobs.ts'
import {
  IPIS,
  LATENCY,
  OVERLOAD,
  RATES,
  SWITCHES,
  TAIL,
  THREADS,
  TO_OTHERS,
} from './netisr-views.ts'
import { overloadClaims } from './overload-findings.ts'
import { publishedClaims } from './published-findings.ts'
import { netisrAdvice } from './netisr-advice.ts'

/** How netisr dispatches: direct, hybrid, deferred. */
export const netisr: Experiment = {
  name: 'netisr',
  summary: 'Which CPU is to handle a packet, and in whose thread?',
  question:
    'Direct, hybrid or deferred dispatch: how many packets are handled, how soon, and at how ' +
    'many switches and interrupts, from 1 CPU to 64, with 1, 10 and 10,000 flows, from a card ' +
    'with one receive queue and from one with a queue for each CPU? And what becomes of more ' +
    'packets than a CPU can handle? A packet takes its receiver 100 ns, which is assumed, and ' +
    'its handler what forwarding one takes on that machine.',
  jobs: netisrJobs,
  tables: [...RATES, LATENCY, TAIL, SWITCHES, IPIS, TO_OTHERS, OVERLOAD, THREADS],
  pictures: [...RATES, LATENCY, TAIL, SWITCHES, IPIS, TO_OTHERS, OVERLOAD, THREADS],
  findings: (results) => [
    ...results.profilesOf('dispatch').flatMap((profile) =>
      simFindings(
        profile,
        [loadClaims, overloadClaims, publishedClaims].flatMap((claims) =>
          claims(results, { machine: 'sim', profile, workload: 'dispatch' }),
        ),
      ),
    ),
    ...netisrAdvice(results),
  ],
}
