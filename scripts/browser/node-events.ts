/** What our tests use of `node:events`. */
interface Emitter {
  once(event: string, listener: (value: unknown) => void): unknown
}

/** The next event of a name, as Node gives it; rejects when an error comes first. */
export function once(emitter: Emitter, event: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    emitter.once(event, (value) => resolve([value]))
    if (event !== 'error') emitter.once('error', reject)
  })
}
