import { Bsd, Ule } from '../src/index.ts'
import { perCpuCases } from './per-cpu.case.ts'

perCpuCases('4BSD', () => {
  const shared = new Bsd()
  return (cpu) => shared.on(cpu)
})

perCpuCases('ULE', () => {
  const shared = new Ule()
  return (cpu) => shared.on(cpu)
})
