import { bootOf } from '@smpnet/stack'
import { measuredProgram } from './measured-program.ts'

/** Sets up one CPU of our kernel, on either machine. */
export default bootOf(measuredProgram)
