import { receiveMessageOnPort } from 'node:worker_threads'
import { bruteForce, type ExploreOptions, type World } from '@smpnet/interleave'
import { expect, it } from 'vitest'
import { outcomesOf, words } from './support/outcomes.ts'
import { thorough } from './support/thorough.ts'

/** What a thread of a random program does with two channels and a word. */
type Act = 'send 0' | 'send 1' | 'receive' | 'listen 0' | 'listen 1' | 'add' | 'close' | 'later'

const OF_SENDER: readonly Act[] = ['send 0', 'send 1', 'send 0', 'add', 'close']
const OF_RECEIVER: readonly Act[] = ['receive', 'listen 0', 'listen 1', 'add', 'later']

function program(threads: readonly (readonly Act[])[]) {
  return ({ thread }: World) => {
    const channels = [new MessageChannel(), new MessageChannel()]
    const x = words(1)
    const seen: unknown[][] = threads.map(() => [])
    threads.forEach((acts, i) => {
      const list = seen[i]!
      const look = (what: unknown) => list.push(what, Atomics.load(x, 0))
      thread(`t${i}`, () => {
        for (const act of acts) {
          const at = act.endsWith('1') ? 1 : 0
          if (act.startsWith('send')) channels[at]!.port1.postMessage(`${i} ${list.length}`)
          if (act === 'add') list.push(Atomics.add(x, 0, 1))
          if (act === 'close') channels[0]!.port1.close()
          if (act === 'later') setTimeout(() => look('later'), 1)
          if (act === 'receive') {
            const got = receiveMessageOnPort(channels[0]!.port2 as never) as { message: unknown }
            list.push(got?.message ?? 'none')
          }
          if (act.startsWith('listen')) {
            channels[at]!.port2.addEventListener('message', (event) => {
              look(`${at}: ${(event as MessageEvent).data}`)
            })
            channels[at]!.port2.addEventListener('close', () => look('closed'))
          }
        }
      })
    })
    return () => seen
  }
}

const SEED = 5

it('random programs of channels come to the same by every order of every step', () => {
  let random = SEED
  const below = (n: number): number => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((random / 2 ** 32) * n)
  }
  const pick = (acts: readonly Act[], count: number) =>
    Array.from({ length: count }, () => acts[below(acts.length)]!)
  let most = 0
  for (let i = 0; i < thorough(1_000, 40); i++) {
    const senders = 1 + below(2)
    const threads = [
      ...Array.from({ length: senders }, () => pick(OF_SENDER, senders === 1 ? 2 : 1)),
      pick(OF_RECEIVER, 1 + below(2)),
    ]
    const run = (options: ExploreOptions) => outcomesOf(program(threads), options)
    const all = run({ strategy: bruteForce() })
    const { outcomes, result } = run({})
    expect([threads, outcomes, result.stopped]).toEqual([threads, all.outcomes, undefined])
    most = Math.max(most, outcomes.length)
  }
  expect(most).toBeGreaterThan(3)
})
