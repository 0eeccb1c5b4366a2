import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type LockScheme, schemeOf, schemeTable } from '../../src/locked/index.ts'
import { lockedWorld, type LockedTestWorld } from './world.ts'

/** Every call, in both directions, with blocks of higher and of lower addresses. */
function exercise(world: LockedTestWorld): void {
  for (let round = 0; round < 2; round++) {
    const [client, server] = world.pair()
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      world.send(one, 1)
      world.receive(other)
      world.do((td) => one.setsockopt(td, 'SO_SNDBUF', 9))
      world.do((td) => one.setsockopt(td, 'SO_RCVBUF', 9))
      world.do((td) => one.getsockopt(td, 'SO_ERROR'))
    }
    world.do((td) => client.shutdown(td))
    world.do((td) => server.shutdownReceive(td))
    world.do((td) => server.abort(td))
    world.receive(client)
    world.close(client)
  }
  const listener = world.create()
  world.do((td) => listener.bind(td, 'x'))
  world.do((td) => listener.listen(td, 2))
  const left = world.create()
  world.do((td) => left.connect(td, 'x'))
  world.close(listener, left)
}

interface Seen {
  readonly edges: readonly (readonly [string, string])[]
  readonly twins: readonly string[]
  readonly reports: readonly string[]
}

/** Which locks were taken while others were held, as witness has learnt it; twins are alike. */
function seen(scheme: LockScheme): Seen {
  const world = lockedWorld(scheme.name)
  exercise(world)
  const { graph, reports } = world.witness
  graph.learn()
  const edges = graph.edges.map(({ before, after }): [string, string] => {
    return [graph.names[before]!, graph.names[after]!]
  })
  const isTwin = (report: string) => report.startsWith('acquiring duplicate lock of same type')
  const twins = reports.filter(isTwin).map((report) => /"(.*)"/.exec(report)![1]!)
  return { edges, twins: [...new Set(twins)], reports: reports.filter((one) => !isTwin(one)) }
}

/** The table of the README, from what witness saw. */
function orderTable(): string {
  const rows = schemeTable.map((scheme) => {
    const { edges, twins } = seen(scheme)
    const text = edges
      .map(([before, after]) => `${before} → ${after}`)
      .toSorted()
      .concat(twins.map((name) => `${name} → ${name}, the lower address first`))
    const order = scheme.order.map(({ name }) => name).join(', ')
    return `| \`${scheme.name}\` | ${order} | ${text.join('; ') || 'none'} |`
  })
  const head = ['| scheme | its order | taken while another is held |', '|---|---|---|']
  return [...head, ...rows].join('\n')
}

describe.each(schemeTable)('What witness sees of $name', (scheme) => {
  const rank = (name: string) => scheme.order.findIndex((type) => type.name === name)

  it('is the declared order', () => {
    const { edges, reports } = seen(scheme)
    expect(reports).toEqual([])
    for (const [before, after] of edges) expect(rank(before)).toBeLessThan(rank(after))
  })

  it('has two locks of one type only where those of both ends are one type', () => {
    expect(seen(scheme).twins).toEqual(scheme.name === 'coalesced' ? ['socket'] : [])
  })
})

describe('The lock order', () => {
  it('is in the README as it was seen', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    expect(readme).toContain(orderTable())
  })

  it('is found wrong where it was declared the other way round', () => {
    const split = schemeOf('split')
    const { edges } = seen(split)
    const turned = split.order.toReversed().map(({ name }) => name)
    const wrong = edges.filter(([one, two]) => turned.indexOf(one) > turned.indexOf(two))
    expect(wrong.length).toBe(edges.length)
    expect(edges.length).toBeGreaterThan(3)
  })
})
