import { calibrate, type Calibration } from './calibrate.ts'
import type { Profile } from './profiles/profile.ts'

const HEAD = [
  '| operation | figure, ns | simulated, ns | ratio | the figure is |',
  '|---|---|---|---|---|',
]

/** What `calibrate` measures, as a Markdown table under the profile's name. */
export function calibrationTable(profile: Profile): string {
  const rows = calibrate(profile).map(row)
  return [`${profile.name}: ${profile.title}`, '', ...HEAD, ...rows].join('\n')
}

function row({ operation, figure, simulatedNs, isInput }: Calibration): string {
  const simulated = simulatedNs.toFixed(1)
  if (figure === undefined) return `| ${operation} | – | ${simulated} | – | predicted |`
  const ratio = (simulatedNs / figure.value).toFixed(2)
  const kind = `${figure.basis}, ${isInput ? 'an input' : 'predicted'}`
  return `| ${operation} | ${figure.value} | ${simulated} | ${ratio} | ${kind} |`
}
