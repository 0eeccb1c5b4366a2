/**
 * Where this package's own code is: frames there are not where a lock is used. Stacks show paths or
 * addresses, and both contain this.
 */
const OWN = new URL('.', import.meta.url).pathname

/**
 * The place in the caller's code, `folder/file.ts:12`, from which this package was called: the
 * acquisition point that witness and lock profiles speak of. Slow, and asked for by them only.
 */
export function callerPlace(): string {
  const frames = (new Error('for its stack').stack ?? '').split('\n').slice(1)
  const frame = frames.find((line) => !line.includes(OWN) && !line.includes('node:internal'))
  const place = frame?.match(/([^/\\() ]+[/\\][^/\\() ]+:\d+):\d+\)?$/)?.[1]
  return place ?? 'unknown:0'
}
