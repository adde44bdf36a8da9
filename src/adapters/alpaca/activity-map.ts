import type { Money, Price } from '../../base/index.ts';
import type { ActivitySeen } from '../../engine/index.ts';
import { instrumentOf, parseOcc } from '../../market/index.ts';
import { moneyOf, priceOf, quantityOf, wholeOf } from '../number.ts';
import type { ActivityJson } from './schema.ts';
import { houseSymbol } from './symbol.ts';
import { plainText } from '../text.ts';

type How = 'dividend' | 'interest' | 'fee' | 'transfer' | 'inKind' | 'split' | 'option' | 'rename';

/**
 * What each type of activity is booked as; any other is `unknown`, and somebody is asked (F034).
 * Source: ActivityType of the Alpaca Trading API 2.0.1.
 */
const TYPES: Readonly<Record<string, How>> = {
  DIV: 'dividend',
  DIVCGL: 'dividend',
  DIVCGS: 'dividend',
  DIVFT: 'dividend',
  DIVNRA: 'dividend',
  DIVROC: 'dividend',
  DIVTW: 'dividend',
  DIVTXEX: 'dividend',
  CGD: 'dividend',
  INT: 'interest',
  INTNRA: 'interest',
  INTTW: 'interest',
  FEE: 'fee',
  CFEE: 'fee',
  DIVFEE: 'fee',
  PTC: 'fee',
  PTR: 'fee',
  CSD: 'transfer',
  CSW: 'transfer',
  ACATC: 'transfer',
  JNLC: 'transfer',
  ACATS: 'inKind',
  JNLS: 'inKind',
  FOPT: 'inKind',
  SPLIT: 'split',
  OPASN: 'option',
  OPEXC: 'option',
  OPEXP: 'option',
  NC: 'rename',
};

const ENDINGS: Readonly<Record<string, 'assignment' | 'exercise' | 'expiration'>> = {
  OPASN: 'assignment',
  OPEXC: 'exercise',
  OPEXP: 'expiration',
};

/** The price of a symbol now, for a split whose activity tells none. */
export type PriceNow = (symbol: string) => Price | null;

/**
 * What the list of activities tells, in its order. Amounts are those of `net_amount`: the prices
 * beside them are wrong at times. The shares that come with an exercise or an assignment are booked
 * by that one, so their own entry counts only where it disagrees (F037).
 */
export function activitiesOf(rows: readonly ActivityJson[], priceNow: PriceNow): ActivitySeen[] {
  const seen: ActivitySeen[] = [];
  for (const row of rows) {
    if (row.activity_type === 'FILL') continue;
    if (row.activity_type === 'OPTRD' && isBookedByMate(row, rows)) continue;
    seen.push(activityOf(row, priceNow));
  }
  return seen;
}

/** Entries of one event share an id in the broker's list: the type tells them apart. */
const idOf = ({ activity_type, id, status }: ActivityJson): string =>
  isUndone(status) ? `${activity_type}:${id}:${status}` : `${activity_type}:${id}`;

const isUndone = (status: string | null | undefined): boolean =>
  status === 'correct' || status === 'canceled';

function activityOf(row: ActivityJson, priceNow: PriceNow): ActivitySeen {
  const type = row.activity_type;
  const how = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  const isPlain = row.status === 'executed' || !row.status;
  const found = how === undefined || !isPlain ? null : bookedAs(how, row, priceNow);
  return found ?? unknown(row);
}

function unknown(row: ActivityJson): ActivitySeen {
  const parts = [row.activity_type, row.activity_sub_type, row.symbol, row.status];
  const name = plainText(parts.filter((part) => part && part !== 'executed').join(' '));
  const amount = moneyOf(row.net_amount) ?? (0 as Money);
  return { id: idOf(row), type: 'unknown', name, amount };
}

/** The booking of a row, or null where it lacks what that needs. */
function bookedAs(how: How, row: ActivityJson, priceNow: PriceNow): ActivitySeen | null {
  const id = idOf(row);
  const amount = moneyOf(row.net_amount);
  const symbol = row.symbol ? houseSymbol(row.symbol) : null;
  switch (how) {
    case 'dividend':
      if (isNothing(amount) || symbol === null) return null;
      return { id, type: 'dividend', book: null, symbol, amount };
    case 'interest':
      return isNothing(amount) ? null : { id, type: 'interest', book: null, amount };
    case 'transfer':
      return isNothing(amount) ? null : { id, type: 'transfer', book: null, amount };
    case 'fee': {
      if (isNothing(amount)) return null;
      const fee = { id, type: 'fee', book: null, amount: -amount as Money } as const;
      return symbol === null ? fee : { ...fee, symbol };
    }
    case 'inKind':
      return symbol === null ? null : inKindOf(id, symbol, row);
    case 'split':
      return symbol === null ? null : splitOf(id, symbol, row, priceNow);
    case 'option':
      return symbol === null ? null : endingOf(id, symbol, row);
    case 'rename': {
      const { old_symbol: was, new_symbol: to } = row;
      if (!was || !to || was === to) return null;
      return { id, type: 'symbolChange', symbol: houseSymbol(was), to: houseSymbol(to) };
    }
  }
}

/** No amount, or one of zero: a flow without cash is not what its type says. */
const isNothing = (amount: Money | null): amount is null => amount === null || amount === 0;

function inKindOf(id: string, symbol: string, row: ActivityJson): ActivitySeen | null {
  const quantity = wholeOf(row.qty);
  if (quantity === null || quantity === 0) return null;
  const moved = { id, type: 'transferInKind', book: null, symbol, quantity } as const;
  const price = priceOf(row.price);
  return price === null ? moved : { ...moved, price };
}

function splitOf(
  id: string,
  symbol: string,
  row: ActivityJson,
  priceNow: PriceNow,
): ActivitySeen | null {
  const numerator = wholeOf(row.new_rate);
  const denominator = wholeOf(row.old_rate);
  const price = priceOf(row.price) ?? priceNow(symbol);
  if (numerator === null || denominator === null || price === null) return null;
  if (numerator < 1 || denominator < 1) return null;
  const split = { id, type: 'split', symbol, numerator, denominator, price } as const;
  const lieu = moneyOf(row.net_amount);
  return isNothing(lieu) ? split : { ...split, lieu };
}

function endingOf(id: string, symbol: string, row: ActivityJson): ActivitySeen | null {
  const type = ENDINGS[row.activity_type];
  const contracts = Math.abs(wholeOf(row.qty) ?? 0);
  if (type === undefined || contracts === 0 || !isOption(symbol)) return null;
  return { id, type, symbol, contracts };
}

const isOption = (symbol: string): boolean => symbol.length === 21;

/** Whether shares came by an exercise or assignment in the list that books exactly these. */
function isBookedByMate(row: ActivityJson, rows: readonly ActivityJson[]): boolean {
  const cash = moneyOf(row.net_amount);
  const shares = quantityOf(row.qty);
  if (cash === null || shares === null || !row.symbol) return false;
  return rows.some((mate) => {
    const isEnding = mate.activity_type === 'OPASN' || mate.activity_type === 'OPEXC';
    if (!isEnding || !isOfOneEvent(mate, row) || isUndone(mate.status)) return false;
    const symbol = houseSymbol(mate.symbol ?? '');
    if (!isOption(symbol)) return false;
    const { root, strikeMills } = parseOcc(symbol);
    const units = Math.abs(wholeOf(mate.qty) ?? 0) * instrumentOf(symbol).multiplier;
    const isSize = units === Math.abs(shares.whole) && shares.fraction === null;
    return root === row.symbol && isSize && Math.abs(cash) === units * strikeMills * 1_000;
  });
}

/** Entries of one event share a group, or where none is told their day. */
const isOfOneEvent = (a: ActivityJson, b: ActivityJson): boolean =>
  a.group_id && b.group_id ? a.group_id === b.group_id : a.date === b.date;
