/** The counters that a simulated machine has, slowest first, by FreeBSD's names. */
export const SIM_COUNTERS = ['i8254', 'ACPI-safe', 'ACPI-fast', 'HPET', 'TSC'] as const
