import { z } from 'zod';

/** A venue order id: the only shape that is believed. A number must be exact. */
export const ORDER_ID = /^\d{1,20}$/;
const orderId = z.union([z.string().regex(ORDER_ID), z.int().positive().transform(String)]);
const number = z.union([z.int().nonnegative().transform(String), z.string().min(1)]);

const leg = z.looseObject({
  legId: z.number().optional(),
  instruction: z.string().default(''),
  quantity: z.unknown().optional(),
  instrument: z.looseObject({
    assetType: z.string().default(''),
    symbol: z.string().default(''),
  }),
});

const executionLeg = z.looseObject({
  legId: z.number().optional(),
  quantity: z.unknown().optional(),
  price: z.unknown().optional(),
  time: z.string().default(''),
});

const activity = z.looseObject({
  activityType: z.string().default(''),
  executionType: z.string().default(''),
  activityId: z.union([z.number(), z.string()]).optional(),
  orderRemainingQuantity: z.unknown().optional(),
  executionLegs: z.array(executionLeg).default([]),
});

/**
 * One order as Schwab tells it: strict in what says whose it is and what became of it, open in all
 * else. The published schema is not used: every recorded order breaks it.
 */
export const orderSchema = z.looseObject({
  orderId,
  accountNumber: number,
  status: z.string().min(1),
  statusDescription: z.string().optional(),
  session: z.string().default(''),
  duration: z.string().default(''),
  orderType: z.string().default(''),
  orderStrategyType: z.string().default(''),
  quantity: z.unknown().optional(),
  filledQuantity: z.unknown().optional(),
  price: z.unknown().optional(),
  stopPrice: z.unknown().optional(),
  enteredTime: z.string().default(''),
  orderLegCollection: z.array(leg).default([]),
  orderActivityCollection: z.array(activity).default([]),
  childOrderStrategies: z.array(z.unknown()).default([]),
  replacingOrderCollection: z.array(z.unknown()).default([]),
});

export type SchwabOrder = z.infer<typeof orderSchema>;
export type SchwabLeg = z.infer<typeof leg>;
export type SchwabActivity = z.infer<typeof activity>;

const DEPTH_MAX = 8;

/**
 * An order and all that hang on it, flat; what hangs on it is of its account where it does not say.
 * Throws for one that cannot be read, at any depth: a list with a hole proves nothing.
 */
export function ordersOf(row: unknown, depth = 0, accountNumber?: string): SchwabOrder[] {
  const named =
    accountNumber !== undefined && typeof row === 'object' ? { accountNumber, ...row } : row;
  const parsed = orderSchema.safeParse(named);
  if (!parsed.success || depth > DEPTH_MAX) throw new Error('An order of the list is not readable');
  const order = parsed.data;
  const below = [...order.childOrderStrategies, ...order.replacingOrderCollection];
  return [order, ...below.flatMap((one) => ordersOf(one, depth + 1, order.accountNumber))];
}

/** Account numbers are texts in one reply and numbers in the next, which drops leading zeros. */
export const isSameAccount = (a: string, b: string): boolean =>
  a.replace(/^0+/, '') === b.replace(/^0+/, '');
