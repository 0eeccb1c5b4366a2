/**
 * Where this package's own code is: frames there are not where a lock is used. Stacks show paths or
 * addresses, and both contain this. It is cut out of this file's own address, since bundlers take
 * `new URL('.', import.meta.url)` for a file to be bundled, and put another address there.
 */
const OWN = new URL(import.meta.url).pathname.replace(/[^/]*$/, '')

/**
 * The place in the caller's code, `folder/file.ts:12`, from which this package was called: the
 * acquisition point that witness and lock profiles speak of. Slow, and asked for by them only.
 */
export function callerPlace(): string {
  const frames = (new Error('for its stack').stack ?? '').split('\n').slice(1)
  const frame = frames.find((line) => !line.includes(OWN) && !line.includes('node:internal'))
  // What a server of modules has put behind a file's name is of no use to who reads it.
  const found = frame?.match(/([^/\\() ]+[/\\][^/\\() ?]+)(?:\?[^:]*)?(:\d+):\d+\)?$/)
  return found ? `${found[1]}${found[2]}` : 'unknown:0'
}
