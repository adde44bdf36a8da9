import { z } from 'zod';
import { count, dollars, figure, flag, loopback, percent, word } from './field.ts';

/*
 * How orders leave and are followed, who says yes to them, how positions are guarded, and how books
 * share the account. All of it may be left out.
 */

/** Of the section `simulator`: where the built-in broker runs, and how it fills orders. */
export const brokerKeys = {
  url: loopback().optional(),
  reserve: flag().default(false),
  partial_fills: z
    .strictObject({
      share_pct: percent({ from: 0.5, to: 100, such: 25 }),
      pieces: count('pieces', { from: 2, to: 100, such: 3 }).default(3),
      every_seconds: figure('seconds', { from: 0.01, to: 3_600, such: 1 }).default(1),
    })
    .optional(),
};

/** Of the section `execution`. */
export const leavingKeys = {
  send_within_seconds: figure('seconds', { from: 0.1, to: 300, such: 5 }).default(5),
  flatten_within_seconds: figure('seconds', { from: 1, to: 600, such: 15 }).default(15),
  flatten_at_open: flag().default(false),
};

const rule = () => word(['required', 'free']);

export const approvalsSchema = z.strictObject({
  opening: rule().default('required'),
  reducing: rule().default('free'),
  protective: rule().default('free'),
  flatten: rule().default('free'),
  timeout_minutes: figure('minutes', { from: 0.1, to: 390, such: 30 }).default(30),
  drift_pct_max: percent({ from: 0.05, to: 20, such: 1 }).default(1),
});

/** A book that leaves one out has that of the desk. */
export const bookApprovalsSchema = z.strictObject({
  opening: rule().optional(),
  reducing: rule().optional(),
  protective: rule().optional(),
  flatten: rule().optional(),
});

const cover = z.union(
  [
    z.literal('off'),
    z.strictObject({
      deadline_seconds: figure('seconds', { from: 1, to: 3_600, such: 60 }).default(60),
      repairs_max: count('repairs', { from: 1, to: 100, such: 5 }).default(5),
      cash: flag().default(true),
    }),
  ],
  { error: '"off" or { deadline_seconds: 60 }' },
);

const days = (such: number) => count('sessions', { from: 1, to: 1_000, such });

export const watchSchema = z.strictObject({
  stop_loss_pct: percent({ from: 0.5, to: 50, such: 8 }).optional(),
  take_profit_pct: percent({ from: 0.5, to: 500, such: 20 }).optional(),
  hold_days_max: days(20).optional(),
  hold_days_max_at_loss: days(10).optional(),
  stop_required: flag().optional(),
  broker_held: flag().default(true),
  gap_seconds_max: figure('seconds', { from: 0.1, to: 3_600, such: 5 }).default(5),
  bad_tick_pct: percent({ from: 0.2, to: 50, such: 3 }).default(3),
  confirm_ticks: count('prices', { from: 2, to: 100, such: 2 }).default(2),
  confirm_seconds: figure('seconds', { from: 0, to: 3_600, such: 10 }).default(10),
  cover: cover.prefault({}),
});

const rest = () => word(['cancel', 'reprice', 'carry']).default('cancel');

export const leftoverSchema = z.strictObject({
  market: rest(),
  limit: rest(),
  stop: rest(),
  stop_limit: rest(),
  reprices_max: count('orders', { from: 1, to: 20, such: 3 }).default(3),
});

const tolerance = () => dollars({ from: 0.01, to: 10_000, zero: true, such: 0.01 }).default(0.01);

export const reconcileSchema = z.strictObject({
  cash_tolerance_day_dollars: tolerance(),
  cash_tolerance_month_dollars: tolerance(),
  lag_seconds: figure('seconds', { from: 1, to: 3_600, such: 120 }).default(120),
  every_minutes: figure('minutes', { from: 0.1, to: 390, such: 5 }).default(5),
});

export const crossing = () => word(['refuse', 'inside']).default('refuse');
export const capitalRule = () => word(['fixed', 'rebalance-at-close']).default('fixed');
