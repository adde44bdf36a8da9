import { z } from 'zod';
import type { Instant, Money, Price } from '../../base/index.ts';
import type { AccountSeen } from '../../engine/index.ts';
import type { ClientOrderId, ExecutionId, Intent, Report } from '../../orders/index.ts';

const whole = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const signed = z.number().int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);
const at = whole.transform((value) => value as Instant);
const price = whole.positive().transform((value) => value as Price);
const money = signed.transform((value) => value as Money);
const word = z.string().min(1).max(2_000);
const id = word.transform((value) => value as ClientOrderId);
const executionId = word.transform((value) => value as ExecutionId);
const reason = z.string().max(10_000);
const side = z.enum(['buy', 'sell']);

const fill = z.strictObject({
  executionId,
  quantity: whole.positive(),
  price,
  fee: money,
  symbol: word.optional(),
});

const head = { order: id, at };
const report = z.discriminatedUnion('kind', [
  z.strictObject({ ...head, kind: z.literal('accepted'), venueOrderId: word }),
  z.strictObject({ ...head, kind: z.literal('rejected'), reason }),
  z.strictObject({ ...head, kind: z.literal('fill'), fill }),
  z.strictObject({ ...head, kind: z.literal('cancelRefused'), reason }),
  z.strictObject({ ...head, kind: z.literal('canceled'), reason }),
  z.strictObject({ ...head, kind: z.literal('expired') }),
  z.strictObject({ ...head, kind: z.literal('notFound') }),
]);
const reports = z
  .array(report)
  .max(100_000)
  .transform((list) => list as unknown as readonly Report[]);

const terms = z.looseObject({
  venueOrderId: word,
  clientOrderId: id,
  symbol: word,
  side,
  quantity: whole.positive(),
  pricing: z.looseObject({ type: word }),
  timeInForce: word,
});

const seen = z.strictObject({
  venueOrderId: word,
  clientOrderId: id.nullable(),
  symbol: word,
  side,
  quantity: whole.positive(),
  filled: whole,
});

const nextDue = at.nullable();

/** What each call must be answered with; anything else is no answer. */
export const ANSWERS = {
  submit: z.strictObject({ nextDue, order: terms, reports }),
  cancel: z.strictObject({ nextDue, reports }),
  find: z.strictObject({ nextDue, reports }),
  poll: z.strictObject({ nextDue, cursor: word, reports }),
  account: z.strictObject({
    nextDue,
    cash: money,
    positions: z.record(word, signed),
    orders: z.array(seen).max(100_000),
  }),
  orderIds: z.strictObject({ nextDue, ids: z.array(word).max(100_000) }),
  closeDay: z.strictObject({ nextDue, reports }),
} as const;

export type AnswerName = keyof typeof ANSWERS;
export type AnswerOf<Name extends AnswerName> = z.output<(typeof ANSWERS)[Name]>;

/** The account as the engine reads it. */
export const accountOf = ({ cash, positions, orders }: AnswerOf<'account'>): AccountSeen => ({
  cash,
  positions,
  orders,
});

const same = (name: string, found: unknown, wanted: unknown): string | null =>
  found === wanted ? null : `${name} ${String(found)} in place of ${String(wanted)}`;

/** What makes an answered order another one than ours, or null: every term is read back (F004). */
export function mismatch(intent: Intent, order: AnswerOf<'submit'>['order']): string | null {
  return (
    same('id', order.clientOrderId, intent.clientOrderId) ??
    same('symbol', order.symbol, intent.symbol) ??
    same('side', order.side, intent.side) ??
    same('quantity', order.quantity, intent.quantity) ??
    same('time in force', order.timeInForce, intent.timeInForce) ??
    same('type', order.pricing.type, intent.pricing.type) ??
    pricesDiffer(intent, order.pricing)
  );
}

function pricesDiffer({ pricing }: Intent, found: Readonly<Record<string, unknown>>) {
  for (const [name, wanted] of Object.entries(pricing)) {
    const differs = same(name, found[name], wanted);
    if (differs !== null) return differs;
  }
  return null;
}
