export {
  AHEAD,
  type Alarm,
  type Boot,
  BUSY,
  type Cpu,
  type Executive,
  IDLE,
  type Peers,
  type Step,
} from './cpu.ts'
