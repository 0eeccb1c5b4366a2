/**
 * A few circles of a graph that name what is wrong with it: the shortest is taken, its weakest
 * arrow is thought away, and so on until no circle is left. A dozen rooms can have thousands of
 * circles; without the weakest arrows of these few there would be none.
 *
 * @template Arrow
 * @param {Map<string, Map<string, Arrow>>} graph
 * @param {(arrow: Arrow) => number} strength
 * @returns {{ from: string, to: string, arrow: Arrow }[][]} each circle, its weakest arrow first
 */
export function circlesOf(graph, strength) {
  const left = new Map([...graph].map(([from, arrows]) => [from, new Map(arrows)]))
  const circles = []
  for (let found = shortest(left); found !== undefined; found = shortest(left)) {
    const circle = turned(withArrows(left, found), ({ arrow }) => strength(arrow))
    left.get(circle[0].from)?.delete(circle[0].to)
    circles.push(circle)
  }
  return circles
}

/** The circle of fewest rooms; of several the first by name, so that reports can be compared. */
function shortest(graph) {
  const circles = [...graph].flatMap(([from, arrows]) =>
    [...arrows.keys()].flatMap((to) => way(graph, to, from) ?? []),
  )
  const before = (one, other) =>
    one.length - other.length || one.join().localeCompare(other.join())
  return circles.sort(before)[0]
}

/** The shortest way along arrows, both ends included, as a list of one; undefined if none. */
function way(graph, from, to) {
  const before = new Map([[from, undefined]])
  for (const room of before.keys()) {
    if (room === to) return [back(before, to)]
    for (const next of graph.get(room)?.keys() ?? []) {
      if (!before.has(next)) before.set(next, room)
    }
  }
  return undefined
}

function back(before, end) {
  const rooms = []
  for (let room = end; room !== undefined; room = before.get(room)) rooms.unshift(room)
  return rooms
}

function withArrows(graph, rooms) {
  return rooms.map((from, index) => {
    const to = rooms[(index + 1) % rooms.length]
    return { from, to, arrow: graph.get(from).get(to) }
  })
}

/** The circle from its smallest arrow on. */
function turned(circle, size) {
  const sizes = circle.map(size)
  const start = sizes.indexOf(Math.min(...sizes))
  return [...circle.slice(start), ...circle.slice(0, start)]
}
