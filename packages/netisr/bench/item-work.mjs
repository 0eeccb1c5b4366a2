/** The item that costs nothing, for every dispatcher. */
export default function nothing() {}
