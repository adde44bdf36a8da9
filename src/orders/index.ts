/**
 * orders: what we ask, and what we are told of it.
 *
 * In: intents (every term fixed, client order id included) and execution reports. Out: one order's
 * state by one table, what the ledger must book, what is pending, alarms; what a broker's reply
 * means, and which of its orders is ours. Invariants: an order moves along the table only; UNKNOWN
 * is ended by evidence; each execution counts once; a client order id is used once; a replace chain
 * is one intent. Begin with `order-table.ts`.
 */
export * from './chain.ts';
export { type Evidence, isSameFill, type Revision, type Told } from './evidence.ts';
export { isUneven, type LegFilled, legOfFill, legsFilled } from './legs.ts';
export * from './match.ts';
export * from './order-table.ts';
export * from './order.ts';
export * from './orders.ts';
export * from './pending.ts';
export * from './reply.ts';
export * from './report.ts';
export * from './request.ts';
export * from './terms.ts';
