import { ownFolders } from '../own-folders.ts'

/**
 * The place in the caller's code, `folder/file.ts:12`, from which this package was called: the
 * acquisition point that witness and lock profiles speak of. Slow, and asked for by them only.
 */
export function callerPlace(): string {
  const frames = (new Error('for its stack').stack ?? '').split('\n').slice(1)
  const frame = frames.find((line) => !isOwn(line) && !line.includes('node:internal'))
  // What a server of modules has put behind a file's name is of no use to a reader.
  const found = frame?.match(/([^/\\() ]+[/\\][^/\\() ?]+)(?:\?[^:]*)?(:\d+):\d+\)?$/)
  return found ? `${found[1]}${found[2]}` : 'unknown:0'
}

function isOwn(frame: string): boolean {
  return ownFolders().some((folder) => frame.includes(folder))
}
