import { z } from 'zod';
import { count, date, dollars, figure, flag, percent, text, word } from './field.ts';

/*
 * Limits and rules of the desk file. Nine limits are set on purpose and have no default. Caps on a
 * loop that runs away have strict ones. All others bind only where they are set.
 */

const BILLION = 1_000_000_000;

const required = {
  position_pct_max: percent({ from: 1, to: 100, such: 25 }),
  cash_reserve_pct_min: percent({ from: 1, to: 95, zero: true, such: 5 }),
  leverage_max: figure('times the equity', { from: 0.1, to: 10, such: 1 }),
  buying_power_pct_max: percent({ from: 1, to: 100, such: 95 }),
  order_notional_max: dollars({ from: 1, to: BILLION, such: 50_000 }),
  orders_per_day_max: count('orders', { from: 1, to: 10_000, such: 20 }),
  daily_loss_pct_max: percent({ from: 0.2, to: 100, such: 2 }),
  drawdown_pct_max: percent({ from: 1, to: 100, such: 10 }),
  short_selling: flag(),
};

const amount = (such: number) => dollars({ from: 1, to: BILLION, such });

/** Of one symbol or one order. */
const ofSymbol = {
  position_dollars_max: amount(25_000).optional(),
  order_pct_max: percent({ from: 0.5, to: 100, such: 10 }).optional(),
};

const optional = {
  ...ofSymbol,
  cash_reserve_dollars_min: amount(5_000).optional(),
  gross_exposure_dollars_max: amount(100_000).optional(),
  net_exposure_pct_max: percent({ from: 20, to: 1_000, zero: true, such: 100 }).optional(),
  net_exposure_dollars_max: amount(100_000).optional(),
  positions_max: count('positions', { from: 1, to: 1_000, such: 10 }).optional(),
  new_positions_per_day_max: count('positions', { from: 1, to: 1_000, such: 3 }).optional(),
  daily_loss_dollars_max: amount(2_000).optional(),
  drawdown_dollars_max: amount(10_000).optional(),
  loss_streak_max: count('closing orders', { from: 1, to: 100, such: 3 }).optional(),
  stop_required: flag().optional(),
  default_stop_pct: percent({ from: 0.5, to: 50, such: 8 }).optional(),
};

const quantity = () => count('shares', { from: 1, to: 10_000_000, such: 1_000 });
const collar = () => percent({ from: 0.1, to: 50, such: 5 });
const perSecond = () => count('orders', { from: 1, to: 1_000, such: 50 });
const perMinute = () => count('orders', { from: 1, to: 10_000, such: 200 });

/** What an order and a minute are held to, with strict defaults. */
const runaway = {
  order_quantity_max: quantity().default(100_000),
  limit_collar_pct: collar().default(5),
  orders_per_second_max: perSecond().default(50),
  orders_per_minute_max: perMinute().default(200),
  identical_orders_per_minute_max: count('orders', { from: 1, to: 1_000, such: 5 }).default(5),
  rejects_in_a_row_max: count('orders', { from: 1, to: 100, such: 5 }).default(5),
  day_notional_dollars_max: amount(500_000).optional(),
};

const level = () => word(['NO_NEW_RISK', 'CANCEL_ONLY', 'STOP']).optional();

const breakers = z.strictObject({
  loss: level(),
  streak: level(),
  rate: level(),
  rejects: level(),
});

const symbolTerms = {
  position_pct_max: required.position_pct_max.optional(),
  order_notional_max: required.order_notional_max.optional(),
  short_selling: flag().optional(),
  ...ofSymbol,
  order_quantity_max: quantity().optional(),
  limit_collar_pct: collar().optional(),
};

const bySymbol = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.record(z.string(), z.strictObject(shape), { error: 'a map of limits by symbol' }).optional();

export const limitsSchema = z
  .strictObject({
    ...required,
    ...optional,
    ...runaway,
    breakers: breakers.optional(),
    symbols: bySymbol({
      ...symbolTerms,
      orders_per_second_max: perSecond().optional(),
      orders_per_minute_max: perMinute().optional(),
      day_notional_dollars_max: amount(100_000).optional(),
    }),
  })
  .meta({ description: 'nine limits are set on purpose and have no default' });

/** A book sets what it likes of its own; rates and breakers are of the desk alone. */
export const bookLimitsSchema = z
  .strictObject({ ...required, ...optional })
  .partial()
  .extend({
    order_quantity_max: quantity().optional(),
    limit_collar_pct: collar().optional(),
    symbols: bySymbol(symbolTerms),
  });

export const rulesSchema = z.strictObject({
  broker: text('the name of a broker such as "alpaca"'),
  account: word(['margin', 'cash']),
  intraday_margin_from: date().optional(),
  wash_sale: word(['refuse', 'warn', 'off']).default('warn'),
});
