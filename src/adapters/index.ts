/**
 * adapters: the ports made real, one folder a counterpart; none imports another.
 *
 * In: the ports of `engine/ports.ts`. Out: `data` (bars of files and the store), `journal`
 * (SQLite), `paper` (the built-in broker, durable), `replay` (recorded bars on a virtual clock),
 * `live` (a market that lives), `alpaca` and `schwab` with `schwab-orders` (brokers),
 * `alpaca-server` (the paper broker others can use), `history` (bars without credentials), `system`
 * (files, ownership). Each has its own door; apps import the folder they wire. What all borders
 * share lies beside this page: secrets, exact numbers, one budget of requests, one HTTP client.
 * What comes from outside is parsed here, once.
 */
export { RequestBudget, UNLIMITED } from './budget.ts';
export type { AccountClass, BrokerSession, Counterpart, Identity, Probe } from './counterpart.ts';
export { COUNTERPART_TRAITS } from './counterpart.ts';
export type { Store } from './data/index.ts';
export type { ClockSeen } from './http.ts';
export type { DurableMap } from './journal/index.ts';
export type * from './market-data.ts';
export { hideAccount, masked, maskedAccount, redacted, Secret } from './secret.ts';
