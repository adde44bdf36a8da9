import { type Instant, type Money, type Price, ZERO } from '../../base/index.ts';
import type { ActivitySeen } from '../../engine/index.ts';
import { moneyOf, priceOf, stampOf, wholeOf } from '../number.ts';
import { z } from 'zod';
import { ORDER_ID } from './order-schema.ts';
import { fromSchwab } from './symbol.ts';
import { plainText } from '../text.ts';

const item = z.looseObject({
  instrument: z
    .looseObject({ assetType: z.string().default(''), symbol: z.string().default('') })
    .optional(),
  amount: z.unknown().optional(),
  cost: z.unknown().optional(),
  price: z.unknown().optional(),
  feeType: z.string().optional(),
});

const transactionSchema = z.looseObject({
  activityId: z.union([z.string().regex(ORDER_ID), z.int().positive().transform(String)]),
  accountNumber: z.union([z.string(), z.int().transform(String)]).optional(),
  time: z.string(),
  type: z.string(),
  status: z.string().default(''),
  description: z.string().default(''),
  orderId: z.union([z.string(), z.int().transform(String)]).optional(),
  netAmount: z.unknown().optional(),
  transferItems: z.array(item).default([]),
});

export type Transaction = z.infer<typeof transactionSchema>;
type Item = Transaction['transferItems'][number];

/** Every type that Schwab documents, as the filter wants them: it has no "all". */
export const TRANSACTION_TYPES = [
  'TRADE',
  'RECEIVE_AND_DELIVER',
  'DIVIDEND_OR_INTEREST',
  'ACH_RECEIPT',
  'ACH_DISBURSEMENT',
  'CASH_RECEIPT',
  'CASH_DISBURSEMENT',
  'ELECTRONIC_FUND',
  'WIRE_OUT',
  'WIRE_IN',
  'JOURNAL',
  'MEMORANDUM',
  'MARGIN_CALL',
  'MONEY_MARKET',
  'SMA_ADJUSTMENT',
] as const;

/** One transaction. Throws for what is none: a list with a hole proves nothing. */
export function transactionOf(row: unknown): Transaction {
  const parsed = transactionSchema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw new Error('A transaction of the list is not readable');
}

export interface ActivityTerms {
  /** What came before belongs to the opening of the books. */
  readonly since: Instant;
  /** Index of the book whose order this was, or null. */
  readonly bookOf: (venueOrderId: string) => number | null;
}

/**
 * What a transaction did to the account beside the fills that its order told. Empty for what did
 * nothing, for one before the books began and for one that does not hold (yet). Ids are those of
 * Schwab, so that each counts once however often it is told.
 *
 * Of a TRADE only the fees are booked, as an activity of their own: the order list tells fills
 * without them. The cash of the fill is booked with the fill, so that both add up to the
 * transaction's net amount, whichever comes first (F015, F035).
 */
export function activitiesOf(transaction: Transaction, terms: ActivityTerms): ActivitySeen[] {
  const { time, status, type, activityId } = transaction;
  const at = stampOf(time);
  if (status !== 'VALID' || (at !== null && at < terms.since)) return [];
  const id = `schwab-${activityId}`;
  if (at === null) return [unknown(transaction, id)];
  switch (type) {
    case 'TRADE':
      return feesOf(transaction, `${id}-fee`, terms);
    case 'DIVIDEND_OR_INTEREST':
      return incomeOf(transaction, id);
    case 'ACH_RECEIPT':
    case 'ACH_DISBURSEMENT':
    case 'CASH_RECEIPT':
    case 'CASH_DISBURSEMENT':
    case 'ELECTRONIC_FUND':
    case 'WIRE_IN':
    case 'WIRE_OUT':
      return cashOf(transaction, id);
    case 'JOURNAL':
    case 'RECEIVE_AND_DELIVER':
      return deliveriesOf(transaction, id);
    default:
      return moneyOf(transaction.netAmount) === 0 ? [] : [unknown(transaction, id)];
  }
}

/** A type or a form that nobody here knows: a person is asked. */
function unknown({ type, description, netAmount }: Transaction, id: string): ActivitySeen {
  const name = plainText(description === '' ? type : `${type}: ${description}`).slice(0, 100);
  return { type: 'unknown', id, name, amount: moneyOf(netAmount) ?? ZERO };
}

function feesOf(transaction: Transaction, id: string, { bookOf }: ActivityTerms): ActivitySeen[] {
  let paid = 0;
  for (const { feeType, cost } of transaction.transferItems) {
    if (feeType === undefined) continue;
    const charged = moneyOf(cost);
    if (charged === null) return [unknown(transaction, id)];
    paid -= charged;
  }
  if (paid === 0) return [];
  if (paid < 0) return [unknown(transaction, id)];
  const symbol = symbolsOf(transaction)[0];
  const book = transaction.orderId === undefined ? null : bookOf(transaction.orderId);
  const fee = { type: 'fee', id, book, amount: paid as Money } as const;
  return [symbol === undefined ? fee : { ...fee, symbol }];
}

/** What of a transaction is a security, in our symbols. */
const symbolsOf = ({ transferItems }: Transaction): string[] =>
  transferItems.flatMap(({ instrument }) => {
    const symbol = instrument && fromSchwab(instrument.assetType, instrument.symbol);
    return symbol === null || symbol === undefined ? [] : [symbol];
  });

/**
 * A dividend where the transaction names its security, else interest: a dividend that is told
 * without a name is income of nobody's position, and is booked as such.
 */
function incomeOf(transaction: Transaction, id: string): ActivitySeen[] {
  const amount = moneyOf(transaction.netAmount);
  if (amount === null) return [unknown(transaction, id)];
  const symbol = symbolsOf(transaction)[0];
  if (symbol === undefined) return [{ type: 'interest', id, book: null, amount }];
  return [{ type: 'dividend', id, book: null, symbol, amount }];
}

const INWARD: Readonly<Record<string, 1 | -1>> = {
  ACH_RECEIPT: 1,
  CASH_RECEIPT: 1,
  WIRE_IN: 1,
  ACH_DISBURSEMENT: -1,
  CASH_DISBURSEMENT: -1,
  WIRE_OUT: -1,
};

/** Cash that came or went; a sign that contradicts the type is a question. */
function cashOf(transaction: Transaction, id: string): ActivitySeen[] {
  const amount = moneyOf(transaction.netAmount);
  const sign = INWARD[transaction.type] ?? 0;
  if (amount === null || amount * sign < 0) return [unknown(transaction, id)];
  return amount === 0 ? [] : [{ type: 'transfer', id, book: null, amount }];
}

/** Words in the description that tell what became of an option: no field does. */
const ENDINGS = [
  [/assign/i, 'assignment'],
  [/exercis/i, 'exercise'],
  [/expir/i, 'expiration'],
] as const;

/**
 * Securities and cash that came or left without a trade. Of an assignment or exercise the option
 * alone is told: its shares follow from it at the strike, whether their own item stands beside it
 * or comes as a transaction of its own.
 */
function deliveriesOf(transaction: Transaction, id: string): ActivitySeen[] {
  const { description, transferItems } = transaction;
  if (/split|merger|reorg|spin|name change|symbol change/i.test(description)) {
    return [unknown(transaction, id)];
  }
  const ending = ENDINGS.find(([pattern]) => pattern.test(description))?.[1];
  const items = transferItems.filter(({ instrument }) => instrument?.assetType !== 'CURRENCY');
  if (items.length === 0) return cashOf(transaction, id);
  const moved = items.map((one, i) => deliveryOf(one, i === 0 ? id : `${id}-${i + 1}`, ending));
  const told = moved.filter((one) => one !== null);
  return moved.includes(undefined) ? [unknown(transaction, id)] : (told as ActivitySeen[]);
}

type Ending = (typeof ENDINGS)[number][1];

/** One security that moved; null for what follows from another, undefined for what is unclear. */
function deliveryOf(
  { instrument, amount, price }: Item,
  id: string,
  ending: Ending | undefined,
): ActivitySeen | null | undefined {
  if (instrument === undefined) return undefined;
  const { assetType } = instrument;
  const symbol = fromSchwab(assetType, instrument.symbol);
  const quantity = wholeOf(amount);
  if (symbol === null || quantity === null || quantity === 0) return undefined;
  if (ending !== undefined) {
    if (assetType !== 'OPTION') return ending === 'expiration' ? undefined : null;
    return { type: ending, id, symbol, contracts: Math.abs(quantity) };
  }
  const at: Price | null = priceOf(price);
  const moved = { type: 'transferInKind', id, book: null, symbol, quantity } as const;
  return at === null ? moved : { ...moved, price: at };
}
