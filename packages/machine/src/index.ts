export {
  AHEAD,
  type Alarm,
  type Boot,
  BUSY,
  type Cpu,
  type Executive,
  IDLE,
  type Step,
} from './cpu.ts'
export type { Handler } from './handlers.ts'
export { VECTOR, VECTORS } from './vectors.ts'
