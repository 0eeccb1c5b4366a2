import { MessageChannel } from 'node:worker_threads'
import api from './installed/sync-api-common.mjs'

const { ClientConnection, ServiceConnection, Uint32Result } = api

export function answers({ thread }) {
  const { port1, port2 } = new MessageChannel()
  thread('client', () => {
    const client = new ClientConnection(port1)
    const { data } = client.sendRequest('get', { a: 1 }, Uint32Result.fromLength(1), 1_000)
    if (data?.[0] !== 3) throw new Error('expected 3')
  })
  thread('service', () => {
    const service = new ServiceConnection(port2)
    service.onRequest('get', (_, words) => {
      words[0] = 3
      return { errno: 0 }
    })
  })
}
