import messages from './installed/sync-message.mjs'

const sends =
  (count) =>
  ({ thread }) => {
    const channel = messages.makeAtomicsChannel({ bufferSize: 4 })
    thread('page', () => {
      for (let n = 1; n <= count; n++) messages.writeMessageAtomics(channel, n)
    })
    thread('worker', () => {
      for (let n = 1; n <= count; n++) {
        const read = messages.readMessage(channel, 'id')
        if (read !== n) throw new Error(`expected ${n}, got ${read}`)
      }
    })
  }

export const oneMessage = sends(1)
/** The second before the first is read, which its documentation forbids. */
export const twoAtOnce = sends(2)
