export { CompileError } from '../compiler/compile.ts'
export { load, type LoadOptions } from './load.ts'
