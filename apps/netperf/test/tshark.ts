import { execFileSync, spawnSync } from 'node:child_process'

const CHECKS = ['ip.check_checksum:TRUE', 'udp.check_checksum:TRUE']
const MOST_OUTPUT_BYTES = 256 << 20

/** Whether there is a tshark to ask. */
export const HAS_TSHARK = spawnSync('tshark', ['--version']).status === 0
export const NO_TSHARK = 'there is no tshark: install it (Debian: apt-get install tshark)'

/** A packet as Wireshark reads it; 1 is a right checksum, and protocols are `raw:ip:udp:data`. */
export interface Read {
  readonly protocols: string
  readonly bytes: number
  readonly sums: readonly string[]
  readonly timeNs: bigint
}

/** The packets of a file, and what Wireshark finds wrong with any of them. */
export function readCapture(path: string): { packets: Read[]; expert: string } {
  const fields = ['frame.protocols', 'frame.len', 'ip.checksum.status', 'udp.checksum.status']
  const asked = [...fields, 'frame.time_epoch'].flatMap((name) => ['-e', name])
  const lines = ask(path, '-T', 'fields', '-E', 'occurrence=f', ...asked)
  const packets = lines.split('\n').flatMap((line) => (line === '' ? [] : [packetOf(line)]))
  return { packets, expert: ask(path, '-q', '-z', 'expert') }
}

function packetOf(line: string): Read {
  const [protocols = '', bytes, ip = '', udp = '', time = ''] = line.split('\t')
  const timeNs = BigInt(time.replace('.', ''))
  return { protocols, bytes: Number(bytes), sums: [ip, udp], timeNs }
}

function ask(path: string, ...args: string[]): string {
  const options = CHECKS.flatMap((check) => ['-o', check])
  return execFileSync('tshark', ['-n', '-r', path, ...options, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: MOST_OUTPUT_BYTES,
  })
}
