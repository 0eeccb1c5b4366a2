export { type Mutation, mutantOf } from './mutant.ts'
