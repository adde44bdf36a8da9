export type OrderStatus =
  | 'inFlight'
  | 'working'
  | 'canceling'
  | 'unknown'
  | 'filled'
  | 'canceled'
  | 'rejected'
  | 'expired';

/**
 * What a report means for the status. Executions, corrections and what a cumulative quantity adds
 * are a `fill`, and a `lastFill` when every leg is complete. Of an order that the broker had
 * acknowledged or spoken of before, `notFound` is `lost` and `notSent` is `sentAfterAll`.
 */
export type OrderEvent =
  | 'accepted'
  | 'rejected'
  | 'fill'
  | 'lastFill'
  | 'bust'
  | 'cancelRequested'
  | 'cancelRefused'
  | 'canceled'
  | 'expired'
  | 'suspended'
  | 'unknown'
  | 'notFound'
  | 'lost'
  | 'notSent'
  | 'sentAfterAll';

/**
 * The one table of order states. A name is the next status; `same` changes nothing but quantities;
 * `alarm` keeps the status, and somebody must look (a terminal order that moved, a loss of proof).
 * UNKNOWN ends by evidence only: accepted, a fill, a terminal report, or `notFound` or `notSent` of
 * an order that was never seen at the broker. Terminal states have no exit.
 */
export const ORDER_EVENTS = [
              'accepted', 'rejected', 'fill',    'lastFill', 'bust',  'cancelRequested', 'cancelRefused', 'canceled', 'expired', 'suspended', 'unknown', 'notFound', 'lost',    'notSent',  'sentAfterAll',
] as const satisfies readonly OrderEvent[]; // prettier-ignore
/** The next status, by status and in the columns above. */
export const ORDER_TABLE = {
  inFlight:  ['working',  'rejected', 'working', 'filled',   'same',  'canceling',       'same',          'canceled', 'expired', 'unknown',   'unknown', 'unknown',  'unknown', 'rejected', 'alarm'],
  working:   ['same',     'rejected', 'same',    'filled',   'same',  'canceling',       'same',          'canceled', 'expired', 'same',      'unknown', 'unknown',  'unknown', 'alarm',    'alarm'],
  canceling: ['same',     'rejected', 'same',    'filled',   'same',  'same',            'working',       'canceled', 'expired', 'same',      'unknown', 'unknown',  'unknown', 'rejected', 'alarm'],
  unknown:   ['working',  'rejected', 'working', 'filled',   'same',  'same',            'same',          'canceled', 'expired', 'same',      'same',    'rejected', 'same',    'rejected', 'alarm'],
  filled:    ['same',     'alarm',    'alarm',   'alarm',    'alarm', 'same',            'same',          'same',     'same',    'same',      'same',    'alarm',    'alarm',   'alarm',    'alarm'],
  canceled:  ['same',     'same',     'alarm',   'alarm',    'alarm', 'same',            'same',          'same',     'same',    'same',      'same',    'same',     'same',    'same',     'alarm'],
  rejected:  ['alarm',    'same',     'alarm',   'alarm',    'alarm', 'same',            'same',          'same',     'same',    'same',      'same',    'same',     'same',    'same',     'alarm'],
  expired:   ['same',     'same',     'alarm',   'alarm',    'alarm', 'same',            'same',          'same',     'same',    'same',      'same',    'same',     'same',    'same',     'alarm'],
} as const satisfies Record<OrderStatus, readonly (OrderStatus | 'same' | 'alarm')[]>; // prettier-ignore

/** A cell of the table. */
export type Cell = OrderStatus | 'same' | 'alarm';

/** Where an event's column is. */
const COLUMN = Object.fromEntries(ORDER_EVENTS.map((event, i) => [event, i])) as Readonly<
  Record<OrderEvent, number>
>;

/** What `event` does to an order of `status`. */
export const cellOf = (status: OrderStatus, event: OrderEvent): Cell =>
  ORDER_TABLE[status][COLUMN[event]] as Cell;
