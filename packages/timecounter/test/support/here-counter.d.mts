import type { Counter } from '../../src/counters/counter.ts'

export declare function hereCounter(timeOrigin?: number): Counter
