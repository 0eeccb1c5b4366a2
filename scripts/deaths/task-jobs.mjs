/** What tasks do: give back what came, and take a while. */
export function echo(value, text, list) {
  for (let left = value % 500; left > 0; left--) Math.sqrt(left)
  return [value, text, list]
}

export async function echoLater(value, text, list) {
  await undefined
  return [value, text, list]
}
