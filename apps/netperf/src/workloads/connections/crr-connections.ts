import type { Slice } from '@smpnet/testing'
import type { ConnectionProgram } from '../../model/channel.ts'

/**
 * Connect, request, response, close over connections of an event loop. The server closes when it
 * has answered, as `Connection: close` of HTTP has it, and the client when it has seen the end. So
 * the side that TCP keeps waiting afterwards is the server's, whose port is always the same. The
 * clock is read once for each connection; the end of one is the start of the next.
 */
export const crrConnections: ConnectionProgram = {
  over: 'connections',

  serve(accepted, { size }) {
    let missing = size
    accepted.onBytes = (bytes) => {
      missing -= bytes.length
      if (missing > 0) return
      accepted.write(new Uint8Array(size))
      accepted.close()
    }
  },

  drive(dial, { size }, slice: Slice) {
    const request = new Uint8Array(size)
    return new Promise((resolve, reject) => {
      let connections = 0
      let startNs = slice.nowNs()
      const next = () => {
        const connection = dial()
        let came = 0
        connection.onBytes = (bytes) => (came += bytes.length)
        connection.onEnd = () => {
          connection.close()
          if (came !== size) return reject(endedEarly(size, came))
          const nowNs = slice.nowNs()
          slice.record(nowNs - startNs)
          startNs = nowNs
          if (slice.done(++connections)) resolve(connections)
          else next()
        }
        connection.write(request)
      }
      next()
    })
  },
}

function endedEarly(size: number, came: number): Error {
  return new Error(`expected an answer of ${size} bytes, the other end closed after ${came}`)
}
