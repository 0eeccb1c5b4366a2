export {
  CannotSend,
  QueueAbandoned,
  QueueClosed,
  QueueMisuse,
  QueueTimeout,
} from './errors.ts'
export type { QueueHandle } from './queue/handle.ts'
export { PlaceQueue, type QueueInvitation } from './queue/place-queue.ts'
export { RecordQueue } from './queue/record-queue.ts'
export { ENDED, WOULD_BLOCK } from './records/cells.ts'
export type { QueueKind, QueueShape } from './records/ring-shape.ts'
export type { Fields, FieldType, RecordOf } from './typed/fields.ts'
export { TypedQueue, type TypedQueueHandle } from './typed/typed-queue.ts'
export type { Codec } from './values/codec.ts'
export { END, ValueQueue } from './values/value-queue.ts'
