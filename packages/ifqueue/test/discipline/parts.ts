/** The disciplines, for mutants of them to be made of in no time. */
export * from '../../src/discipline/codel.ts'
export * from '../../src/discipline/fq-codel.ts'
export * from '../../src/discipline/priority.ts'
export * from '../../src/discipline/red.ts'
