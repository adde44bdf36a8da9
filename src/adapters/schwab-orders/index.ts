/**
 * schwab-orders: the order client of Charles Schwab, apart from its sign-in and market data.
 *
 * In: a signed connection (`SchwabHttpPort`) and the account-activity stream. Out: `SchwabBroker`,
 * the broker's port over one account. Schwab has no paper trading: a desk on paper wires the
 * simulator with the folder `schwab` alone, which cannot reach an order endpoint because it cannot
 * import this one (F058, invariant 25).
 * Invariants: an order leaves once; it counts as taken only when it reads back as intended; only an
 * execution of type FILL is a fill, under an id that never changes; what is not proven is thrown.
 * Begin with `broker.ts`.
 */
export { activitiesOf, TRANSACTION_TYPES, transactionOf } from './activity.ts';
export { hintOf, type Hint } from './activity-hint.ts';
export { SCHWAB_TRAITS, SchwabBroker, type SchwabBrokerOptions } from './broker.ts';
export { listedOf } from './order-listed.ts';
export { executionsOf, reportsOf } from './order-reports.ts';
export { type Held, type OrderRequest, orderRequestOf, priceText } from './order-request.ts';
export { ordersOf, type SchwabOrder } from './order-schema.ts';
export { meaningOfStatus, STATUS_TABLE, type StatusMeaning } from './order-status.ts';
export type {
  ActivityListener,
  SchwabActivityPort,
  SchwabAsk,
  SchwabHttpPort,
  SchwabReply,
} from './port.ts';
