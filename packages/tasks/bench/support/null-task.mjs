/** The task that does nothing, for every runner. */
export function nothing() {}

export default nothing
