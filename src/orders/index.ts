/**
 * orders: what we ask, and what we are told of it.
 *
 * In: intents (every term fixed, client order id included) and execution reports. Out: one order's
 * state by one table, what is pending, alarms. Invariants: an order moves along the table only;
 * UNKNOWN is ended by evidence; each execution counts once; a client order id is used once.
 * Begin with `order.ts`.
 */
export * from './order.ts';
export * from './orders.ts';
export * from './report.ts';
export * from './request.ts';
