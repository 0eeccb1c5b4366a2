import { bareOf } from './check-links.ts'
import type { LinkConfig } from './link-config.ts'

/** An interface that a link makes, and its number. */
export interface InterfaceConfig {
  /** As ifconfig has it. */
  readonly name: string
  readonly index: number
  /** The name of its link. */
  readonly link: string
  readonly kind: 'loopback' | 'wire'
  readonly isCaptured: boolean
  /** Of a wire: the interface at its other end. */
  readonly far?: string
}

/** The interfaces of a kernel in the order of their numbers: `lo0` is number 0. */
export function interfacesOf(links: Readonly<Record<string, LinkConfig>>): InterfaceConfig[] {
  const made = Object.entries(links).flatMap(([link, config]) => {
    const { kind } = bareOf(config)
    const of = { link, kind, isCaptured: config.kind === 'capture' }
    if (kind === 'loopback') return [{ name: link, ...of }]
    const [one, other] = [`${link}a`, `${link}b`]
    return [
      { name: one, far: other, ...of },
      { name: other, far: one, ...of },
    ]
  })
  return made.map((each, index) => ({ ...each, index }))
}
