import { preset } from '@smpnet/stack'
import { cpusText } from '../../model/formatted.ts'
import { type Claim, figureEvidence, listText } from '../../model/finding.ts'
import { groupBy } from '../../model/group-by.ts'
import { figureText, type Query, type Results } from '../../model/results.ts'
import type { Labels, Measured } from '../../model/row.ts'
import { heldOver } from './kernels.ts'
import { heldText } from './localhost-results.ts'

/** Fewer switches into a held lock per datagram are no part of its way. */
export const SELDOM = 0.01

/** With which policy and which locks a woken netisr runs straight into a lock of its waker. */
export function intoLockClaims(results: Results, at: Query): Claim[] {
  const all = results.all({ ...at, metric: 'into-lock' }).filter(isHandedOver)
  const one = all.filter(({ row }) => row.cpus === 1)
  const more = all.filter(({ row }) => row.cpus > 1)
  return [...intoLockClaim('1 CPU', one), ...intoLockClaim('More CPUs', more), ...mostClaims(all)]
}

function intoLockClaim(where: string, all: readonly Measured[]): Claim[] {
  if (all.length === 0) return []
  const worst = groupBy(all, ({ row }) => wayOf(row.settings)).map(mostOf)
  const into = worst.filter(({ row }) => row.median >= SELDOM)
  const rest = worst.filter(({ row }) => row.median < SELDOM)
  const found = into.map((each) => {
    const { settings, workload, cpus } = each.row
    const most = `${figureText(each)} per datagram of ${workload} on ${cpusText(cpus)}`
    return `${wayOf(settings)}, up to ${most}`
  })
  const others = listText(rest.map(({ row }) => wayOf(row.settings)))
  const claim =
    into.length === 0
      ? `${where}: no wakeup switches straight into a lock that its waker holds.`
      : `${where}: a wakeup switches straight into a lock that its waker holds with ` +
        `${found.join('; ')}. It happens to less than one datagram in a hundred with ` +
        `${others || 'nothing else'}. ${conditionText(into)} ${eraText(into)}`
  return [{ claim, evidence: worst.map(figureEvidence) }]
}

/** Whether it takes both, a lock over the hand-off and a wakeup that preempts at once. */
function conditionText(into: readonly Measured[]): string {
  const others = into.filter(({ row: { settings = {} } }) => {
    return settings['held'] === 'no lock' || !isAtOnce(settings['wakeup'])
  })
  const both = 'both a lock that is held over the hand-off and a wakeup that runs at once'
  if (others.length === 0) return `So it takes ${both}.`
  const texts = others.map(({ row }) => wayOf(row.settings))
  const isAfar = others.every(({ row }) => row.cpus > 1 && row.settings?.['held'] !== 'no lock')
  const why = isAfar
    ? '; the policy is asked about wakes by a thread of the same CPU, and those by another CPU ' +
      'preempt by the scheduler’s rule'
    : ''
  return `So it does not take ${both}: see ${listText(texts)}${why}.`
}

function isAtOnce(wakeup: Labels[string] | undefined): boolean {
  return wakeup === 'preempt' || wakeup === 'handoff'
}

/** How often it happens in the worst kernel, by CPUs. */
function mostClaims(all: readonly Measured[]): Claim[] {
  const byCpus = groupBy(all, ({ row }) => String(row.cpus)).map(mostOf)
  if (byCpus.length < 2) return []
  const sorted = byCpus.toSorted((one, other) => one.row.cpus - other.row.cpus)
  const texts = sorted.map((each) => {
    return `${figureText(each)} on ${cpusText(each.row.cpus)} (${wayOf(each.row.settings)})`
  })
  const claim = `The most such switches per datagram: ${listText(texts)}.`
  return [{ claim, evidence: sorted.map(figureEvidence) }]
}

/** Which of the kernels that have names hold so, and whether it happens to them. */
function eraText(into: readonly Measured[]): string {
  const happens = new Set(into.map(({ row }) => row.settings?.['held']))
  const texts = ['freebsd-5.3', 'freebsd-7'].map((name) => {
    const { actions, locks } = preset(name)
    const held = heldOver({ actions: actions!, table: locks!.pcbHashHeld! })
    return `${name} has ${heldText(held)}, so that it ${happens.has(held) ? 'does' : 'does not'}`
  })
  const needs = happens.has('block')
    ? ''
    : ' The block of a sender is not that of the receiver, which its datagram needs.'
  return `Of the kernels that have names, ${listText(texts)}.${needs}`
}

function isHandedOver({ row }: Measured): boolean {
  return row.settings?.['dispatch'] === 'deferred'
}

function wayOf(settings: Labels = {}): string {
  return `${settings['wakeup']} (${heldText(settings['held'])})`
}

function mostOf(group: readonly Measured[]): Measured {
  return group.toSorted(({ row: a }, { row: b }) => b.median - a.median)[0]!
}
