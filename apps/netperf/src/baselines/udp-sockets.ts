import { createSocket, type Socket } from 'node:dgram'

const LOOPBACK = '127.0.0.1'

/**
 * Bytes of a socket's buffers, as far as the host allows. A receiver of 1 KiB datagrams that has
 * 200 KiB, Linux's own choice, loses two of three, and receives half as many as one that has 4 MiB.
 */
const BUFFER_BYTES = 4 * 1024 * 1024

/** A socket on a free port of the loopback interface. */
export function boundSocket(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const sizes = { recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES }
    const socket = createSocket({ type: 'udp4', ...sizes })
    socket.once('error', reject)
    socket.bind(0, LOOPBACK, () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** Connects a socket, so that a send has no address to look up. */
export function connectSocket(socket: Socket, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.connect(port, LOOPBACK, (error?: Error) => (error ? reject(error) : resolve(socket)))
  })
}
