/**
 * The hostile world: a broker with books of its own, a network, a market, a clock and a disk that
 * do to us what real ones do. Everything is plain and synchronous, belongs to a seed and to virtual
 * time, and tells the truth about itself afterwards.
 */
export * from './books.ts';
export * from './broker.ts';
export * from './clock.ts';
export type { Split } from './day.ts';
export * from './disk.ts';
export * from './market.ts';
export * from './network.ts';
export type { TrueOrder } from './order.ts';
export * from './schedule.ts';
export {
  BROKER_DEFAULTS,
  type BrokerRates,
  CALM_BROKER,
  HOSTILE_BROKER,
  type HostileBrokerSettings,
  type HostilePrices,
  NORMAL_BROKER,
  QUIET_BROKER,
} from './settings.ts';
export * from './truth.ts';
export * from './views.ts';
