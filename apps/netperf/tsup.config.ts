import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

/** The command, and the modules that workers load by URL: all beside each other in `dist`. */
const entries = {
  cli: 'src/cli.ts',
  main: 'src/main.ts',
  'net-cpu': 'src/baselines/net-cpu.ts',
  'udp-cpu': 'src/baselines/udp-cpu.ts',
  'kernel-boot': 'src/kernel/boot.ts',
  'traced-boot': 'src/trace/traced-boot.ts',
  'host-worker': 'src/calibrate/host-worker.ts',
  'host-meter': 'src/calibrate/host-meter-worker.ts',
  'sim-worker': 'src/kernel/sim-worker.ts',
  'ifqueue-models': 'src/models/ifqueue-models.ts',
  'socket-models': 'src/models/socket-models.ts',
  'message-port-cpu': 'src/baselines/message-port-cpu.ts',
}

export default defineConfig(library(entries, { platform: 'node', dts: false }))
