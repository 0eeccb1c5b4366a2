import { READABLE, WOULD_BLOCK } from '@smpnet/socket'
import { isGone } from './waits.mjs'

const BUFFER_BYTES = 1024
const bytes = (count) => new Uint8Array(count).fill(7)

/** Receives until the end, which the burial of the other end brings, or a reset. */
async function drains(here) {
  try {
    while ((await here.receive(new Uint8Array(2 * BUFFER_BYTES))) > 0) continue
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

async function sends(here) {
  try {
    await here.send(bytes(600))
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

async function polls(here, domain) {
  const poller = domain.poller()
  poller.add(here, READABLE)
  const [ready] = await poller.wait()
  if (ready !== here) throw new Error('the poller says that another end is ready')
  poller.remove(here)
  poller.close()
}

/** What the peer, the supervisor, is about when the victim begins. */
const PEERS = {
  'that receives': { waits: (here) => [drains(here)] },
  'that sends': {
    waits(here) {
      here.sendSync(bytes(BUFFER_BYTES))
      return [sends(here)]
    },
  },
  'that does both': {
    waits(here) {
      here.sendSync(bytes(BUFFER_BYTES))
      return [sends(here), drains(here)]
    },
  },
  'that polls': { waits: (here, domain) => [polls(here, domain)] },
  'that has closed': {
    waits(here) {
      here.close()
      return []
    },
  },
  'that receives later': {
    waits: (here) => [new Promise((resolve) => setTimeout(resolve, 40)).then(() => drains(here))],
  },
}

const DEEDS = {
  opens: { opens: true, peers: ['that receives', 'that has closed'] },
  sends: { does: (end) => end.sendSync(bytes(10)), peers: ['that receives', 'that polls'] },
  'sends more than fits': {
    does: (end) => end.sendSync(bytes(1500)),
    peers: ['that receives later'],
  },
  receives: {
    does(end) {
      while (end.tryReceive(bytes(900)) === WOULD_BLOCK) continue
    },
    peers: ['that sends', 'that does both'],
  },
  'shuts down': { does: (end) => end.shutdown(), peers: ['that receives', 'that polls'] },
  closes: { does: (end) => end.close(), peers: Object.keys(PEERS).slice(0, 5) },
}

/** What a thread does to its end, behind a change of which it ends, beside each of its peers. */
export const SOCKET_POINTS = Object.entries(DEEDS).flatMap(([deed, { peers, ...rest }]) =>
  peers.map((peer) => ({
    name: `socket: ${deed}, beside a peer ${peer}`,
    ...rest,
    ...PEERS[peer],
  })),
)

export const SOCKET_SHAPE = { pairs: 2, bufferBytes: BUFFER_BYTES, threads: 8, waiters: 64 }
