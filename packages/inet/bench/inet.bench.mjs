import {
  FlatPackets,
  GOOD,
  Ipv4Header,
  ipv4Input,
  ipv4Output,
  PACKET_FLAG,
  parseAddress,
  PcbTable,
  UDP_SUM,
  UdpHeader,
  udpInput,
  udpOutput,
  writeEndpoints,
} from '@smpnet/inet'
import { Arena, LiveMemory } from '@smpnet/memory'
import { bench } from '@smpnet/testing'

/** What the headers of a datagram cost on their way in and out, with and without its sum. */
const memory = LiveMemory.create(1 << 16)
const packets = new FlatPackets(memory)
const ROOM = 64
const CAME = 64
const GOES = 128
const ip = new Ipv4Header()
const udp = new UdpHeader()
const out = new Ipv4Header()
const outUdp = new UdpHeader()
out.source = parseAddress('10.0.0.1')
out.destination = parseAddress('10.0.0.2')
outUdp.sourcePort = 50000
outUdp.destinationPort = 7
const LINK = { mtu: 1500, offload: 0 }
const OFFLOADING = { mtu: 1500, offload: PACKET_FLAG.ipSumNeeded }

function expectGood(verdict, what) {
  if (verdict !== GOOD) throw new Error(`${what} is good: verdict ${verdict} came`)
}

/** A packet of so many bytes of data goes out. */
function output(bytes, how, link) {
  packets.open(GOES, 4096, ROOM, bytes)
  expectGood(udpOutput(packets, GOES, outUdp, out, how), 'a datagram to send')
  expectGood(ipv4Output(packets, GOES, out, link), 'a packet to send')
}

/** A packet of so many bytes of data, which has been made at 8192 and higher, comes in. */
function input(bytes, flags) {
  packets.open(CAME, at(bytes), ROOM, bytes + 28)
  packets.setFlags(CAME, flags)
  expectGood(ipv4Input(packets, CAME, ip), 'a packet that came')
  expectGood(udpInput(packets, CAME, ip, udp), 'a datagram that came')
}

function at(bytes) {
  return 8192 + bytes * 8
}

for (const bytes of [64, 1024]) {
  for (let i = 0; i < bytes; i++) memory.write8(at(bytes) + ROOM + 28 + i, i * 7)
  packets.open(GOES, at(bytes), ROOM + 28, bytes)
  expectGood(udpOutput(packets, GOES, outUdp, out, UDP_SUM.full), 'a datagram to make')
  expectGood(ipv4Output(packets, GOES, out, LINK), 'a packet to make')
}

const VERIFIED = PACKET_FLAG.ipSumGood | PACKET_FLAG.sumGood
let sink = 0

for (const bytes of [64, 1024]) {
  await bench(import.meta.url, {
    name: `the headers of a datagram of ${bytes} bytes`,
    baseline: 'out, summed by the link',
    variants: {
      'out, summed by the link': () => output(bytes, UDP_SUM.offloaded, OFFLOADING),
      'out, summed here': () => output(bytes, UDP_SUM.full, LINK),
      'in, verified by the link': () => input(bytes, VERIFIED),
      'in, verified here': () => input(bytes, 0),
      'the sum alone': () => (sink ^= memory.sum(at(bytes) + ROOM + 20, bytes + 8)),
    },
  })
}

const BLOCKS = 1000
const BLOCK_BYTES = 64
const tables = LiveMemory.create(1 << 18)
const arena = Arena.create(tables)
const table = PcbTable.create(arena, { chains: 1024, seed: 7 })
const first = arena.place('control blocks', BLOCKS * BLOCK_BYTES)
for (let i = 0; i < BLOCKS; i++) {
  const foreign = i === 0 ? 0 : 2
  writeEndpoints(
    tables,
    first + i * BLOCK_BYTES,
    i === 0 ? 0 : 1,
    80,
    foreign,
    foreign && 1000 + i,
  )
  table.insert(first + i * BLOCK_BYTES)
}

let turn = 0
await bench(import.meta.url, {
  name: `the block of a packet, of ${BLOCKS}`,
  baseline: 'one of a connection',
  variants: {
    'one of a connection': () => (sink ^= table.lookup(1, 80, 2, 1001 + (turn++ % (BLOCKS - 1)))),
    'the one that listens': () => (sink ^= table.lookup(1, 80, 3, turn++ & 0xffff)),
  },
})
