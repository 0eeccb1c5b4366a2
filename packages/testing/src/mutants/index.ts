export { bug, type Mutation, mutantOf } from './mutant.ts'
