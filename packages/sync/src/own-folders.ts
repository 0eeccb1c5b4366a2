import { codeFolder, PARK_FOLDER } from '@smpnet/park'

/** Where the code of locks, and of what drives them, is: no lock is used there. */
export const OWN_FOLDERS: readonly string[] = [codeFolder(import.meta.url), PARK_FOLDER]
