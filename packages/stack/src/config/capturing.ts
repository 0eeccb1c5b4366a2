import type { StackConfig } from './stack-config.ts'
import type { CaptureBounds } from './links/link-config.ts'

/** The same kernel with a capture before each of its links, and room as it is told. */
export function capturing(config: StackConfig, bounds: Partial<CaptureBounds> = {}): StackConfig {
  const captured = Object.entries(config.links).map(([name, link]) => {
    return [name, link.kind === 'capture' ? link : ({ kind: 'capture', link } as const)] as const
  })
  const links = Object.fromEntries(captured)
  return { ...config, links, captures: { ...config.captures, ...bounds } }
}
