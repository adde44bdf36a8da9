import { z } from 'zod';
import type { Instant, Price } from '../../base/index.ts';
import type { ClientOrderId, Intent } from '../../orders/index.ts';

const whole = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const at = whole.transform((value) => value as Instant);
const price = whole.positive().transform((value) => value as Price);
const id = z
  .string()
  .min(1)
  .max(128)
  .transform((value) => value as ClientOrderId);
const word = z.string().min(1).max(200);

const pricing = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('market') }),
  z.strictObject({ type: z.literal('limit'), limitPrice: price }),
  z.strictObject({ type: z.literal('stop'), stopPrice: price }),
  z.strictObject({ type: z.literal('stopLimit'), stopPrice: price, limitPrice: price }),
]);

/** An intent as it comes over the wire: every term the broker works with is checked. */
const intent = z
  .looseObject({
    id: word,
    clientOrderId: id,
    book: word,
    symbol: word,
    side: z.enum(['buy', 'sell']),
    quantity: whole.positive(),
    pricing,
    timeInForce: z.enum(['day', 'gtc']),
    purpose: word,
    expectedPrice: price,
    at,
    date: word,
  })
  .transform((value) => value as unknown as Intent);

/** The caller's newest prices by symbol, where the broker has no market of its own. */
const marks = z.record(word, price).default({});

/** What each call of the built-in broker's process takes. */
export const CALLS = {
  submit: z.strictObject({ at, marks, intent }),
  cancel: z.strictObject({ at, order: id, reason: z.string().max(2_000) }),
  find: z.strictObject({ at, order: id }),
  poll: z.strictObject({
    at,
    marks,
    live: z.array(id).max(10_000),
    since: z.string().max(200).nullable(),
  }),
  account: z.strictObject({ at }),
  orderIds: z.strictObject({ at }),
  list: z.strictObject({}),
  closeDay: z.strictObject({ at }),
} as const;

export type CallName = keyof typeof CALLS;
export type CallBody<Name extends CallName> = z.output<(typeof CALLS)[Name]>;
