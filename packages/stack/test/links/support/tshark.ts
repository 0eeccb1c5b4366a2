import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CHECKS = ['ip.check_checksum:TRUE', 'udp.check_checksum:TRUE']
const MOST_OUTPUT_BYTES = 64 << 20

/** Whether there is a tshark to ask. */
export const HAS_TSHARK = spawnSync('tshark', ['--version']).status === 0
export const NO_TSHARK = 'there is no tshark: install it (Debian: apt-get install tshark)'

/** What Wireshark finds in a file: the fields of each packet, by protocol, and what is wrong. */
export function dissect(file: Uint8Array): { packets: Layers[]; expert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'smpnet-tshark-'))
  try {
    const path = join(folder, 'capture.pcapng')
    writeFileSync(path, file)
    const options = CHECKS.flatMap((check) => ['-o', check])
    const ask = (...args: string[]): string => {
      const all = ['-n', '-r', path, ...options, ...args]
      return execFileSync('tshark', all, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        maxBuffer: MOST_OUTPUT_BYTES,
      })
    }
    const found = JSON.parse(ask('-T', 'json')) as { _source: { layers: Layers } }[]
    return {
      packets: found.map(({ _source }) => _source.layers),
      expert: ask('-q', '-z', 'expert'),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export type Layers = Record<string, Record<string, unknown>>

/** A field of a packet. */
export function field(layers: Layers, name: string): string {
  return String(layers[name.split('.')[0]!]?.[name])
}
