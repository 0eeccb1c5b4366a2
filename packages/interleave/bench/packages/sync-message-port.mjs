import { SyncMessagePort } from './installed/sync-message-port.mjs'

const ports = () => {
  const { port1, port2 } = SyncMessagePort.createChannel()
  return [new SyncMessagePort(port1), new SyncMessagePort(port2)]
}

export function receivesInOrder({ thread }) {
  const [one, two] = ports()
  thread('sender', () => {
    one.postMessage(1)
    one.postMessage(2)
  })
  thread('receiver', () => {
    for (const wanted of [1, 2]) if (two.receiveMessage() !== wanted) throw new Error('order')
  })
}

export function closesAfterTheLast({ thread }) {
  const [one, two] = ports()
  thread('sender', () => {
    one.postMessage('last')
    one.close()
  })
  thread('receiver', () => {
    const got = [two.receiveMessage(), two.receiveMessage({ closedValue: 'closed' })]
    if (got.join() !== 'last,closed') throw new Error(got.join())
  })
}
