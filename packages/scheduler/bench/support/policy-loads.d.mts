/** See policy-loads.mjs. */
export type Cells = readonly (string | number)[]
export type Nices = readonly [number, number]
export declare const LOADS: Readonly<Record<string, unknown>>
export declare const POLICY_NAMES: readonly string[]
export declare const NICES: readonly Nices[]
export declare function measure(what: {
  profile: string
  policy: string
  load: string
  cpus: number
}): Cells
export declare function niceShare(policy: string, nices: Nices): number
export declare function predictedShare(policy: string, nices: Nices): number
