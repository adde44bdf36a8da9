/**
 * alpaca: Alpaca behind our ports, on its official SDK.
 *
 * In: keys, a stage, our intents. Out: reports, account readings, activities, market data.
 * Invariants: hosts are fixed by stage in code, and no order leaves before host, key and account
 * are proven to be of one stage (F057); one budget serves all requests; each answer is parsed from
 * its own text; what does not verify is UNKNOWN and thrown (F004, F005); executions are booked from
 * the list of activities alone, the stream and orders tell totals (F014, F015, F017).
 * Begin with `broker.ts`; `client.ts` is the way out, `schema.ts` the way in, `prove.ts` the gate.
 */
export type { AlpacaIdentity } from './account-map.ts';
export { activitiesOf } from './activity-map.ts';
export { ALPACA_TRAITS, AlpacaBroker, type AlpacaBrokerOptions } from './broker.ts';
export {
  ALPACA_BUDGET,
  ALPACA_HOSTS,
  AlpacaClient,
  alpacaClient,
  type AlpacaClientOptions,
  type AlpacaFeed,
  type AlpacaHosts,
  type AlpacaKeys,
} from './client.ts';
export { actionsOf, type CorporateAction } from './data/actions.ts';
export { type BarTerms, rowOfBar, seriesOf, wireTimeframe } from './data/bars.ts';
export { haltOf, isSuspect, streamError } from './data/conditions.ts';
export { chainOf, optionQuoteOf, quoteOfOption } from './data/options.ts';
export { type Sides, sidesOf, type Snapshot, snapshotOf, tradeOf } from './data/quotes.ts';
export { AlpacaData, type AlpacaDataOptions } from './data/source.ts';
export { AlpacaStream, DATA_STREAM_TERMS, type DataStreamTerms } from './data/stream.ts';
export { Tape } from './data/tape.ts';
export { STATUSES } from './order-map.ts';
export type { AssetSeen } from './probe.ts';
export {
  classOfHost,
  classOfKey,
  type Environment,
  type Leave,
  type LiveLeave,
  proveEnvironment,
} from './prove.ts';
export {
  bodyOf,
  bracketOrder,
  type BracketTerms,
  ocoOrder,
  type OcoTerms,
  type OrderBody,
  RefusedHere,
} from './request-map.ts';
export { alpacaSymbol, houseSymbol } from './symbol.ts';
export { STREAM_TERMS, type StreamTerms, TradeStream } from './trade-stream.ts';
