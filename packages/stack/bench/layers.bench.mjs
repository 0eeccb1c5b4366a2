import { fileURLToPath } from 'node:url'
import {
  Ipv4Header,
  ipv4Input,
  ipv4Output,
  LOOPBACK,
  UdpHeader,
  udpInput,
  udpOutput,
} from '@smpnet/inet'
import { bootOf, defineStack, live } from '@smpnet/stack'
import { attachGuest, startStack } from '@smpnet/stack/live'
import { bench } from '@smpnet/testing'

/**
 * What a datagram of 64 bytes costs on its whole way, in one thread, and what each layer costs that
 * it goes through: the sum of these is less, since in a loop of its own a layer finds its stores
 * drained and its code inlined. The thread is a guest of a kernel, and handles its own packets.
 */
const BYTES = 64
const PORT = 9

const idle = { needs: () => ({ bytes: 64, threads: 0, net: true }), place: () => null, start() {} }
export default bootOf(idle)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const kernel = await startStack(defineStack({ machine: live({ cpus: 1, guests: 1 }) }), idle, {
    settings: {},
    boot: new URL(import.meta.url),
  })
  await measure(attachGuest(kernel.invitation))
  await kernel.stop()
}

async function measure({ net, td }) {
  const { mbufs, sockets } = net
  const [from, to] = [sockets.createSync(td), sockets.createSync(td)]
  to.bindSync(td, LOOPBACK, PORT)
  from.connectSync(td, LOOPBACK, PORT)
  const bytes = new Uint8Array(BYTES)
  from.sendSync(td, bytes)
  to.receiveSync(td, bytes)

  const goes = mbufs.tryAlloc(td, BYTES)
  const came = mbufs.tryAlloc(td, BYTES)
  const [ip, udp] = [new Ipv4Header(), new UdpHeader()]
  ip.source = ip.destination = LOOPBACK
  udp.sourcePort = udp.destinationPort = PORT
  const link = { mtu: 1500, offload: 0 }
  udpOutput(mbufs, came, udp, ip, 0)
  ipv4Output(mbufs, came, ip, link)
  mbufs.setFlags(came, 64)

  await bench(import.meta.url, {
    name: `a datagram of ${BYTES} bytes`,
    baseline: 'the whole way',
    what: 'packet',
    variants: {
      'the whole way': () => {
        if (from.trySend(td, bytes) !== BYTES) throw new Error('a datagram was not sent')
        if (to.tryReceive(td, bytes) !== BYTES) throw new Error('a datagram did not come')
      },
      'mbuf: allocate and free': () => {
        mbufs.tryFree(td, mbufs.tryAlloc(td, BYTES))
      },
      'mbuf: copy in and out': () => {
        mbufs.copyIn(goes, 0, bytes, 0, BYTES)
        mbufs.copyOut(goes, 0, bytes, 0, BYTES)
      },
      'inet: headers out, summed': () => {
        udpOutput(mbufs, goes, udp, ip, 0)
        ipv4Output(mbufs, goes, ip, link)
        mbufs.trimFront(goes, 28)
      },
      'inet: headers in, verified': () => {
        ipv4Input(mbufs, came, ip)
        udpInput(mbufs, came, ip, udp)
      },
      'socket: deliver and receive': () => {
        const packet = mbufs.tryAlloc(td, BYTES)
        sockets.tryDeliver(td, to.at, packet, LOOPBACK, PORT)
        to.tryReceive(td, bytes)
      },
    },
  })
}
