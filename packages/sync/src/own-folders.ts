import { codeFolder, parkFolder } from '@smpnet/park'

let folders: readonly string[] | undefined

/** Where the code of locks, and of what drives them, is: no lock is used there. */
export function ownFolders(): readonly string[] {
  return (folders ??= [codeFolder(new Error('for its stack').stack), parkFolder()].filter(
    (folder) => folder !== undefined,
  ))
}
