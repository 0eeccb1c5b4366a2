/** MTUs that links have, from great to small (RFC 1191 section 7.1, table 7-1). */
export const MTU_PLATEAUS: readonly number[] = [
  65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68,
]

/** The least MTU of any link (RFC 791 section 3.2). */
export const LEAST_MTU = 68

/** The greatest plateau below the length of a packet that was too big; at least LEAST_MTU. */
export function nextLowerMtu(totalBytes: number): number {
  return MTU_PLATEAUS.find((mtu) => mtu < totalBytes) ?? LEAST_MTU
}
