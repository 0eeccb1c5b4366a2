import { allowBothMemories } from '@smpnet/memory'

// One process runs the tests of live memory and those of priced memory, one after another.
allowBothMemories()
