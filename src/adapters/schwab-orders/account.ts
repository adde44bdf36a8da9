import { add, type Money, ZERO } from '../../base/index.ts';
import { moneyOf, quantityOf } from '../number.ts';
import { isSameAccount } from './order-schema.ts';
import { fromSchwab } from './symbol.ts';
import { z } from 'zod';

const position = z.looseObject({
  longQuantity: z.unknown().optional(),
  shortQuantity: z.unknown().optional(),
  instrument: z.looseObject({
    assetType: z.string().default(''),
    symbol: z.string().default(''),
  }),
});

const accountSchema = z.looseObject({
  securitiesAccount: z.looseObject({
    type: z.string().default(''),
    accountNumber: z.string().min(1),
    isClosingOnlyRestricted: z.boolean().optional(),
    pfcbFlag: z.boolean().optional(),
    positions: z.array(position).default([]),
    currentBalances: z.looseObject({}),
    initialBalances: z.looseObject({}).optional(),
    projectedBalances: z.looseObject({}).optional(),
  }),
});

export type SchwabAccount = z.infer<typeof accountSchema>['securitiesAccount'];

/** The account of this number in a reply. Throws for any other, and for what is none (F085). */
export function accountOf(json: unknown, number: string): SchwabAccount {
  const parsed = accountSchema.safeParse(json);
  if (!parsed.success) throw new Error('The reply is no account');
  const account = parsed.data.securitiesAccount;
  if (isSameAccount(account.accountNumber, number)) return account;
  throw new Error('The reply is of another account');
}

/**
 * Cash, owed money below zero. Schwab tells credit as `cashBalance`, what is borrowed on margin as
 * `marginBalance` (below zero, beside a `cashBalance` of zero) and the proceeds of short sales,
 * which are held apart, as `shortBalance`; a cash account has the first alone. Recorded: 51,420.89
 * with 0 and 0, which with the options' values is the liquidation value to the cent. Buying power
 * and "available" figures are not cash. Throws where there is no such figure.
 */
export function cashOf({ currentBalances }: SchwabAccount): Money {
  const { cashBalance, marginBalance, shortBalance } = currentBalances;
  let cash = moneyOf(cashBalance);
  for (const part of [marginBalance, shortBalance]) {
    const found = part === undefined ? ZERO : moneyOf(part);
    cash = cash === null || found === null ? null : add(cash, found);
  }
  if (cash === null) throw new Error('The account tells no cash');
  return cash;
}

/**
 * Signed whole units by symbol: long less short. What cannot be traded here is left out and what is
 * not whole is cut, each told to `odd`. Throws for a quantity that is no number.
 */
export function positionsOf(
  { positions }: SchwabAccount,
  odd: (text: string) => void,
): Record<string, number> {
  const held: Record<string, number> = {};
  for (const { instrument, longQuantity, shortQuantity } of positions) {
    const { assetType } = instrument;
    const long = quantityOf(longQuantity ?? 0);
    const short = quantityOf(shortQuantity ?? 0);
    const symbol = fromSchwab(assetType, instrument.symbol);
    if (long === null || short === null) throw new Error('A position has no quantity');
    if (symbol === null) {
      odd(`A position in "${instrument.symbol}" (${assetType}) is left out: not traded here`);
      continue;
    }
    if (long.fraction !== null || short.fraction !== null) {
      odd(`The position in "${symbol}" has a part of a share, which is left out`);
    }
    const net = (held[symbol] ?? 0) + long.whole - short.whole;
    if (net === 0) delete held[symbol];
    else held[symbol] = net;
  }
  return held;
}

/** Why the account may not open positions, in words. */
export function blocksOf(account: SchwabAccount): string[] {
  const blocked: string[] = [];
  if (account.isClosingOnlyRestricted === true) blocked.push('restricted to closing');
  if (account.pfcbFlag === true) blocked.push('flagged "pfcb" by Schwab');
  const calls = account.projectedBalances ?? {};
  if (calls['isInCall'] === true) blocked.push('in a margin call');
  return blocked;
}

const numbersSchema = z.array(
  z.looseObject({ accountNumber: z.string().min(1), hashValue: z.string().regex(/^\w{8,128}$/) }),
);

/**
 * The hash under which the account of this number is asked for, wherever in the list it stands.
 * Throws unless exactly one is told (F085).
 */
export function hashOf(json: unknown, number: string): string {
  const parsed = numbersSchema.safeParse(json);
  if (!parsed.success) throw new Error('The reply is no list of account numbers');
  const ours = parsed.data.filter(({ accountNumber }) => isSameAccount(accountNumber, number));
  const hashes = new Set(ours.map(({ hashValue }) => hashValue));
  const [hash] = hashes;
  if (hash !== undefined && hashes.size === 1) return hash;
  const found = hashes.size === 0 ? 'not among' : 'more than once among';
  throw new Error(`The account is ${found} the ${parsed.data.length} of this sign-in`);
}
