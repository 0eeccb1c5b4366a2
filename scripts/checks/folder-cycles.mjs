import { circlesOf } from '../lib/circles.mjs'
import { roomsOf } from '../lib/rooms.mjs'
import { workspaces } from '../lib/workspaces.mjs'

/**
 * The linter finds circles of files. A circle of folders can stand without one, and is as bad:
 * whatever room a reader enters, all the others belong to what must be read first.
 */
export const folderCycles = {
  name: 'folder-cycles',
  rules: ['folder-cycle'],
  run(root) {
    return workspaces(root).flatMap(({ dir }) => {
      const circles = circlesOf(roomsOf(root, `${dir}/src`), (imports) => imports.length)
      return circles.map((circle) => violation(`${dir}/src/`, circle))
    })
  },
}

/** At the arrow of the fewest imports, which is most often the one that goes the wrong way. */
function violation(src, circle) {
  return {
    ...circle[0].arrow[0],
    rule: 'folder-cycle',
    message: `Folders of ${src} import one another in a circle`,
    expected: 'arrows in one direction',
    found: circle.map((step) => written(src, step)).join(', '),
  }
}

function written(src, { from, to, arrow: [first, ...others] }) {
  const place = `${first.file.slice(src.length)}:${first.line}`
  const rest = others.length === 0 ? '' : ` and ${others.length} more`
  return `${named(from)} → ${named(to)} by ${place}${rest}`
}

function named(room) {
  return room === '.' ? 'the root' : room
}
