import { came } from '@smpnet/memory'
import { checkProfile } from './check-profile.ts'
import type { Profile } from './profiles/profile.ts'
import { ATOM_C2758 } from './profiles/atom-c2758.ts'
import { BHYVE_GUEST, HYPER_V_GUEST, KVM_GUEST } from './profiles/guests.ts'
import { GX_412TC } from './profiles/gx-412tc.ts'
import { OPTERON_275 } from './profiles/opteron-275.ts'
import { PENTIUM_4 } from './profiles/pentium-4.ts'
import { XEON_E5_2650V4 } from './profiles/xeon-e5-2650v4.ts'
import { EPYC_7742 } from './profiles/epyc-7742.ts'
import { POWER5_PLUS } from './profiles/power5-plus.ts'
import { XEON_8176 } from './profiles/xeon-8176.ts'
import { XEON_E5_2650 } from './profiles/xeon-e5-2650.ts'

/** The machines that come with the package, by name. */
export const profiles: ReadonlyMap<string, Profile> = new Map(
  [
    XEON_E5_2650,
    XEON_8176,
    EPYC_7742,
    POWER5_PLUS,
    XEON_E5_2650V4,
    ATOM_C2758,
    GX_412TC,
    OPTERON_275,
    PENTIUM_4,
    KVM_GUEST,
    HYPER_V_GUEST,
    BHYVE_GUEST,
  ].map((profile) => [profile.name, profile]),
)

/**
 * The profile of that name, or the one given, checked. Throws a RangeError for a name that is
 * unknown, which lists those that are known, and for a profile that cannot be.
 */
export function profileOf(wanted: string | Profile): Profile {
  const found = typeof wanted === 'string' ? profiles.get(wanted) : wanted
  if (found !== undefined) return checkProfile(found)
  const names = [...profiles.keys()].join(', ')
  throw new RangeError(`a machine profile is one of ${names}: ${came(wanted)} came`)
}
