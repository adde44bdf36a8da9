/**
 * adapters/alpaca-server: the paper broker, for any client of Alpaca's.
 *
 * In: a market (recorded, synthetic or live), an account, a clock, a seed. Out: Alpaca's Trading
 * and Market Data REST, `trade_updates` and the data streams, on loopback. Orders fill in the
 * simulated broker; the account's books are kept here, on the disk before each answer where there
 * is a store. Invariants: a client order id makes one order, for ever; all ids come from the seed
 * and a count; cash and holdings are the sum of executions and activities.
 * Not as at Alpaca: shares are whole; orders of several legs are not replaced.
 * Begin with `server.ts`, then `desk.ts` and `floor.ts`.
 */
export {
  type FaultRates,
  Faults,
  type RestFault,
  type RestTrouble,
  type StreamFault,
} from './faults.ts';
export * from './market/source.ts';
export * from './options.ts';
export { type AlpacaServer, startAlpacaServer } from './server.ts';
