import { z } from 'zod';
import { type HttpReply, jsonOf } from '../http.ts';

/** A number as Alpaca writes it: text or number; exact parsing is left to who reads it. */
const figure = z.union([z.string(), z.number()]).nullish();
const word = z.string().nullish();
const flag = z.boolean().nullish();

/** Ids that Alpaca makes are UUIDs; anything else is no id (F004). */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const id = z.string().regex(UUID);

const orderShape = z.object({
  id,
  client_order_id: word,
  status: z.string().min(1),
  symbol: word,
  side: word,
  qty: figure,
  filled_qty: figure,
  filled_avg_price: figure,
  type: word,
  order_type: word,
  order_class: word,
  time_in_force: word,
  limit_price: figure,
  stop_price: figure,
  ratio_qty: figure,
  replaced_by: word,
  reject_reason: word,
  submitted_at: word,
  created_at: word,
});

/**
 * An order of any class, with what later versions may add left out. Only its id and status must be
 * there: a multi-leg parent has no symbol and no side.
 */
export const orderJson = orderShape.extend({
  legs: z.array(orderShape).nullish(),
});
export type OrderJson = z.output<typeof orderJson>;
export const ordersJson = z.array(orderJson);

export const fillJson = z.object({
  activity_type: z.literal('FILL'),
  id: z.string().min(1),
  order_id: id,
  qty: figure,
  cum_qty: figure,
  price: figure,
  symbol: word,
  side: word,
  transaction_time: word,
});
export type FillJson = z.output<typeof fillJson>;
export const fillsJson = z.array(fillJson);

/** A non-trade activity of either generation; which fields it has depends on its type. */
export const activityJson = z.object({
  id: z.string().min(1),
  activity_type: z.string().min(1),
  activity_sub_type: word,
  group_id: word,
  date: word,
  created_at: word,
  symbol: word,
  qty: figure,
  price: figure,
  net_amount: figure,
  status: word,
  old_symbol: word,
  new_symbol: word,
  old_rate: figure,
  new_rate: figure,
});
export type ActivityJson = z.output<typeof activityJson>;
export const activitiesJson = z.array(activityJson);

/** The account of both generations: with the fields of the day-trader rule and without. */
export const accountJson = z.object({
  account_number: z.string().min(1),
  status: word,
  cash: figure,
  equity: figure,
  buying_power: figure,
  multiplier: figure,
  account_blocked: flag,
  trading_blocked: flag,
  transfers_blocked: flag,
  trade_suspended_by_user: flag,
  shorting_enabled: flag,
  options_trading_level: figure,
  pattern_day_trader: flag,
  daytrade_count: figure,
});
export type AccountJson = z.output<typeof accountJson>;

export const positionJson = z.object({
  symbol: z.string().min(1),
  qty: figure,
  side: word,
  current_price: figure,
});
export type PositionJson = z.output<typeof positionJson>;
export const positionsJson = z.array(positionJson);

export const assetJson = z.object({
  id: z.string().min(1),
  symbol: z.string().min(1),
  class: word,
  status: word,
  tradable: flag,
  marginable: flag,
  shortable: flag,
  easy_to_borrow: flag,
  fractionable: flag,
});
export type AssetJson = z.output<typeof assetJson>;

export const calendarJson = z.array(
  z.object({ date: z.string(), open: z.string(), close: z.string() }),
);

/** Alpaca's own form of an error: a number of its own and a sentence. A gateway's has neither. */
export const errorJson = z.object({ code: z.number().int(), message: z.string() });
export type ErrorJson = z.output<typeof errorJson>;

/** The frames of the stream of order events. */
export const frameJson = z.object({
  stream: z.string(),
  data: z.looseObject({ status: word, streams: z.array(z.string()).nullish(), error: word }),
});

export const eventJson = z.object({
  event: z.string().min(1),
  execution_id: word,
  previous_execution_id: word,
  qty: figure,
  price: figure,
  timestamp: word,
  order: orderJson,
});
export type EventJson = z.output<typeof eventJson>;

/** The reply's text as `schema` wants it; undefined where it is not JSON or not of this shape. */
export function parsed<Schema extends z.ZodType>(
  schema: Schema,
  reply: Pick<HttpReply, 'headers' | 'text'>,
): z.output<Schema> | undefined {
  const result = schema.safeParse(jsonOf(reply));
  return result.success ? result.data : undefined;
}
