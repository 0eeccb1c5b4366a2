import { LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import {
  Barrier,
  Condition,
  EventCount,
  LockProfile,
  lockProfileTable,
  LockTimeout,
  Mutex,
  Once,
  RmLock,
  RwLock,
  type Section,
  Semaphore,
  Sx,
  SyncDomain,
  watch,
  Witness,
} from '../src/index.ts'

function world(options = {}) {
  const domain = SyncDomain.create()
  const witness = Witness.create(domain, options)
  const lock = (name: string) =>
    watch(Mutex.create(domain), { name, type: 'sleep mutex', witness })
  return { domain, witness, lock }
}

/** What one waits for that is no lock, made so that one has to, and how. */
const sleepers: [string, (domain: SyncDomain) => () => void][] = [
  [
    'semaphore',
    (domain: SyncDomain) => {
      const one = Semaphore.create(domain)
      one.acquireSync()
      return () => one.acquireSync(1, { timeoutMs: 1 })
    },
  ],
  [
    'barrier',
    (domain: SyncDomain) => {
      const one = Barrier.create(domain, { parties: 2 })
      return () => one.arriveSync({ timeoutMs: 1 })
    },
  ],
  [
    'event count',
    (domain: SyncDomain) => {
      const one = EventCount.create(domain)
      return () => one.waitSync(one.read(), { timeoutMs: 1 })
    },
  ],
  [
    'once',
    (domain: SyncDomain) => {
      const one = Once.create(domain)
      one.begin(domain.lot.waiter()).next()
      return () => one.runSync(() => {}, { timeoutMs: 1 })
    },
  ],
]

function lockOf({ at, shared, exclusive }: Sx) {
  return { at, read: shared, write: exclusive }
}

describe('Witness', () => {
  it('learns an order, and reports the reverse with both places, once', () => {
    const { witness, lock } = world()
    const [sender, receiver] = [lock('so_snd'), lock('so_rcv')]
    const nest = (outer: typeof sender, inner: typeof sender) => {
      outer.lockSync()
      inner.lockSync()
      inner.unlock()
      outer.unlock()
    }
    nest(sender, receiver)
    nest(sender, receiver)
    expect(witness.reports).toEqual([])
    nest(receiver, sender)
    nest(receiver, sender)
    expect(witness.reports).toHaveLength(1)
    const place = String.raw`test/witness\.test\.ts:\d+`
    const report = new RegExp(
      [
        '^lock order reversal:',
        String.raw` 1st 0x[0-9a-f]+ so_rcv \(so_rcv, sleep mutex\) @ ${place}`,
        String.raw` 2nd 0x[0-9a-f]+ so_snd \(so_snd, sleep mutex\) @ ${place}`,
        `lock order so_snd -> so_rcv established at: ${place} then ${place}`,
        `lock order so_rcv -> so_snd attempted at: ${place} then ${place}$`,
      ].join('\n'),
    )
    expect(witness.reports[0]).toMatch(report)
  })

  it('finds a reversal over several locks', () => {
    const { witness, lock } = world({ orders: [['accept', 'so_snd', 'so_rcv']] })
    const [accept, receiver] = [lock('accept'), lock('so_rcv')]
    receiver.lockSync()
    accept.lockSync()
    expect(witness.reports[0]).toContain('lock order accept -> so_snd declared')
    expect(witness.reports[0]).toContain('lock order so_snd -> so_rcv declared')
  })

  it('reports an sx lock that is taken inside one that nobody may sleep with, once', () => {
    const { domain, witness, lock } = world()
    const sx = watch(Sx.create(domain).exclusive, { name: 'sysctl', type: 'sx', witness })
    const shared = watch(Sx.create(domain).shared, { name: 'proctree', type: 'sx', witness })
    const mutex = lock('so_snd')
    for (let i = 0; i < 2; i++) {
      mutex.lockSync()
      sx.lockSync().unlock()
      mutex.unlock()
    }
    expect(witness.reports).toHaveLength(1)
    const lines = witness.reports[0]!.split('\n')
    expect(lines[0]).toBe('lock order reversal: (sleepable after non-sleepable)')
    expect(lines[1]).toMatch(/^ 1st 0x\w+ so_snd \(so_snd, sleep mutex\) @ test\/witness/)
    expect(lines[2]).toMatch(/^ 2nd 0x\w+ sysctl \(sysctl, sx\) @ test\/witness/)
    sx.lockSync()
    shared.lockSync()
    mutex.lockSync()
    expect(witness.reports).toHaveLength(1)
  })

  it('reports who is about to sleep with a lock that nobody may sleep with', () => {
    const { domain, witness, lock } = world()
    const sx = watch(Sx.create(domain).shared, { name: 'sysctl', type: 'sx', witness })
    sx.lockSync()
    witness.sleeps(domain.here, 'sbwait')
    expect(witness.reports).toEqual([])
    lock('so_rcv').lockSync()
    witness.sleeps(domain.here, 'sbwait')
    witness.sleeps(domain.here, 'sbwait')
    expect(witness.reports).toHaveLength(1)
    const [head, held] = witness.reports[0]!.split('\n')
    expect(head).toBe('Sleeping on "sbwait" with the following non-sleepable locks held:')
    expect(held).toMatch(/^sleep mutex so_rcv \(0x\w+\) locked @ test\/witness/)
  })

  it('reports who waits for a condition with another lock held than its mutex', async () => {
    const { domain, witness, lock } = world()
    const condition = Condition.create(domain)
    const raw = Mutex.create(domain)
    const mutex = watch(raw, { name: 'so_rcv', type: 'sleep mutex', witness })
    const wait = () => condition.waitSync(raw, { timeoutMs: 1 })
    mutex.lockSync()
    wait()
    expect(witness.reports).toEqual([])
    mutex.unlock()
    lock('inp').lockSync()
    mutex.lockSync()
    wait()
    wait()
    expect(witness.reports).toHaveLength(1)
    const [head, ...held] = witness.reports[0]!.split('\n')
    expect(head).toBe(
      `Sleeping on "the condition at ${condition.at}" ` +
        'with the following non-sleepable locks held:',
    )
    expect(held).toHaveLength(1)
    expect(held[0]).toMatch(/^sleep mutex inp \(0x\w+\) locked @ test\/witness/)
  })

  it('reports the same of a task, and not what another task of its thread holds', async () => {
    const { domain, witness, lock } = world()
    const condition = Condition.create(domain)
    const raw = Mutex.create(domain)
    const mutex = watch(raw, { name: 'so_rcv', type: 'sleep mutex', witness })
    const other = await lock('inp').lock()
    const guard = await mutex.lock()
    await condition.waitAsync(raw, guard, { timeoutMs: 1 })
    expect(witness.reports).toEqual([])
    lock('tcp').tryEnter(guard.td)
    await condition.waitAsync(raw, guard, { timeoutMs: 1 })
    expect(witness.reports.map((report) => report.split('\n')[1])).toEqual([
      expect.stringMatching(/^sleep mutex tcp /),
    ])
    other.unlock()
  })

  it.each(sleepers)(
    'reports who waits with such a lock held for something else: %s',
    (what, make) => {
      const { domain, witness, lock } = world()
      const wait = make(domain)
      expect(wait).toThrow(LockTimeout)
      lock('so_rcv').lockSync()
      expect(witness.reports).toEqual([])
      expect(wait).toThrow(LockTimeout)
      expect(witness.reports).toHaveLength(1)
      expect(witness.reports[0]).toContain(`Sleeping on "the ${what} at `)
      expect(witness.reports[0]).toContain('sleep mutex so_rcv')
    },
  )

  it.each([
    ['rwlock', (domain: SyncDomain) => RwLock.create(domain)],
    ['sx', (domain: SyncDomain) => lockOf(Sx.create(domain))],
    ['rmlock', (domain: SyncDomain) => RmLock.create(domain)],
  ])('knows the sides of a %s by its address, whatever is exited first', (_kind, make) => {
    const { domain, witness } = world()
    const locks = [make(domain), make(domain), make(domain)] as const
    const sides = [locks[0].write, locks[1].write, locks[2].read]
    const [first, second, third] = sides.map((side, i) => watch(side, { name: `${i}`, witness }))
    for (const one of [first, second, third]) one!.lockSync()
    expect(witness.held(domain.here).map(({ at }) => at)).toEqual(locks.map(({ at }) => at))
    first!.unlock()
    expect(witness.held(domain.here).map(({ name }) => name)).toEqual(['1', '2'])
  })

  it('reports two locks of one type', () => {
    const { witness, lock } = world()
    lock('inp').lockSync()
    lock('inp').lockSync()
    expect(witness.reports[0]).toMatch(
      /^acquiring duplicate lock of same type: "inp"\n 1st .* 2nd /s,
    )
  })

  it('tells tasks of one thread apart', async () => {
    const { witness, lock } = world()
    const [a, b] = [lock('a'), lock('b')]
    const [first, second] = [await a.lock(), await b.lock()]
    first.unlock()
    second.unlock()
    expect(witness.graph.edges).toEqual([])
    expect(witness.held(first.td)).toEqual([])
  })

  it('shares what it has learnt with those that open it', () => {
    const { domain, witness, lock } = world()
    lock('a').lockSync()
    lock('b').lockSync()
    const reports: string[] = []
    const other = Witness.open(structuredClone(witness.handle), (report) => reports.push(report))
    const again = (name: string) => watch(Mutex.create(domain), { name, witness: other })
    again('b').lockSync()
    again('a').lockSync()
    expect(reports[0]).toContain('lock order a -> b established at: test/witness.test.ts')
  })

  it('counts what it has no room for', () => {
    const { witness, lock } = world({ names: 3, edges: 1 })
    for (const name of ['a', 'b', 'c']) lock(name).lockSync()
    expect(witness.graph.lost()).toBe(2)
    expect(() => lock('d').lockSync()).toThrow('witness tells 3 names apart: d is one more')
  })
})

describe('A witness on bare memory', () => {
  it('learns from the threads of a kernel, which share no domain, and has no handle', () => {
    const shape = { names: 4, edges: 4 }
    const domain = SyncDomain.create()
    const witness = Witness.over(LiveMemory.create(Witness.bytes(shape) + 64), 64, shape)
    const td = domain.lot.waiter()
    const place = 'kernel/path.ts'
    const [a, b] = ['a', 'b'].map((name) => {
      return watch(Mutex.create(domain), { name, place, witness })
    }) as [Section, Section]
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const) {
      expect([first.tryEnter(td), second.tryEnter(td)]).toEqual([true, true])
      expect([first.tryExit(td), second.tryExit(td)]).toEqual([true, true])
    }
    expect(witness.reports).toHaveLength(1)
    expect(witness.reports[0]).toContain('lock order a -> b established at: kernel/path.ts then')
    expect(() => witness.handle).toThrow('witness was made without a domain: it has no handle')
  })
})

describe('A lock profile', () => {
  it('counts and times by place, and prints as debug.lock.prof.stats does', async () => {
    let nowUs = 0
    const profile = new LockProfile(() => nowUs)
    const lock = RwLock.create(SyncDomain.create())
    const write = watch(lock.write, { name: 'ifnet', type: 'rw', profile })
    const enter = () => write.lock()
    for (const heldUs of [3, 5]) {
      const guard = await enter()
      nowUs += heldUs
      guard.unlock()
    }
    const guard = await enter()
    const waiting = write.lock()
    nowUs += 20
    guard.unlock()
    ;(await waiting).unlock()
    const [row, waiter] = profile.rows()
    expect(row).toMatchObject({ count: 3, maxUs: 20, totalUs: 28, foundTaken: 0, heldAgainst: 1 })
    expect(waiter).toMatchObject({ count: 1, waitMaxUs: 20, waitTotalUs: 20, foundTaken: 1 })
    const table = lockProfileTable(profile.rows(), profile.rows()).split('\n')
    expect(table[0]!.trim().split(/ +/).join(' ')).toBe(
      'max wait_max total wait_total count avg wait_avg cnt_hold cnt_lock name',
    )
    expect(table[1]).toMatch(
      /^ {6}20 {9}0 {10}56 {11}0 {11}6 {6}9 {6}0 +2 {6}0 test\/witness\.test\.ts:\d+ \(rw:ifnet\)$/,
    )
  })
})
