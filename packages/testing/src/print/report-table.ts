import type { Report, VariantReport } from '../bench/report.ts'
import { textTable } from './text-table.ts'
import { formatFigure, formatNs, formatRatio } from './units.ts'

/** The report as a table for a terminal, with a line above it that names the host. */
export function reportTable(report: Report): string {
  const latency = report.variants.some((variant) => variant.latency)
  const head = ['variant', 'median', 'min – max', 'MAD', `× ${report.baseline}`, 'min – max']
  if (latency) head.push('p50', 'p99')
  const rows = report.variants.map((variant) => row(variant, report.unit, latency))
  const { cpu, cores, node } = report.host
  const cut = report.interrupted ? ', interrupted' : ''
  const title = `${report.name} (${report.variants[0]?.slices.length ?? 0} slices${cut})`
  return `${title} on ${cpu}, ${cores} cores, Node ${node}\n\n${textTable(head, rows)}\n`
}

function row(variant: VariantReport, unit: string, latency: boolean): string[] {
  const figure = (value: number) => formatFigure(value, unit)
  const cells = [
    variant.variant,
    figure(variant.median),
    `${figure(variant.min)} – ${figure(variant.max)}`,
    figure(variant.mad),
    variant.ratio ? formatRatio(variant.ratio.median) : '',
    variant.ratio ? `${formatRatio(variant.ratio.min)} – ${formatRatio(variant.ratio.max)}` : '',
  ]
  if (!latency) return cells
  const { p50, p99 } = variant.latency ?? {}
  return [...cells, ...[p50, p99].map((ns) => (ns === undefined ? '' : formatNs(ns)))]
}
