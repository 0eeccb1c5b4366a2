#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'

// A packet goes through some eighty small functions: more than V8 inlines unless it is told to.
// All that is compared runs with these options, and an engine that does not know them ignores them.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=4000')
setFlagsFromString('--max-inlined-bytecode-size=1000')
await import('../dist/cli.js')
