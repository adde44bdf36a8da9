import { type Instant, type Money, money, type Price, ratio, times } from '../../base/index.ts';
import { nextSession, type Session } from '../../market/index.ts';
import { dollarText } from '../number.ts';
import type { Account } from './account.ts';
import type { PendingFees } from './books.ts';
import type { CorporateAction } from './options.ts';
import type { Holding } from './records.ts';
import { contractOf, isOption, strikeOf, wireSymbol } from './symbols.ts';

const CENT = 10_000;
const MILLION = 1_000_000;
const YEAR_DAYS = 360; // what borrow fees count by
const SHARES = 100;
const FEE_WORDS: Readonly<Record<keyof PendingFees, string>> = {
  REG: 'REG fee for proceed of sales',
  TAF: 'TAF fee for shares and contracts sold',
  ORF: 'Options regulatory fee',
  OCC: 'Options clearing fee',
  COM: 'Commission',
};

/** Posts the day's fees, one activity a kind; each but commissions is rounded up to the cent. */
export function postFees(account: Account, at: Instant, session: Session): void {
  const { books } = account;
  for (const [kind, owed] of Object.entries(books.fees) as [keyof PendingFees, number][]) {
    const due = kind === 'COM' ? owed : Math.ceil(owed / CENT) * CENT;
    const description = `${FEE_WORDS[kind]} on ${session.date}`;
    payOut(account, money(-due), { type: 'FEE', subType: kind, at, description });
  }
  books.fees = {};
}

function payOut(
  account: Account,
  amount: Money,
  activity: { type: string; at: Instant; subType?: string; description: string; symbol?: string },
): void {
  if (amount === 0) return;
  account.books.pay(amount);
  account.record({ ...activity, amount });
}

/** Borrow fees of shares sold short and hard to get, for the days until the next session. */
export function chargeBorrow(account: Account, at: Instant, session: Session): void {
  const days = nextSession(session.date).day - session.day;
  for (const { symbol, quantity } of account.books.holdings.values()) {
    const rate = account.assets[symbol]?.borrowRatePpm ?? 0;
    if (quantity >= 0 || rate === 0 || isOption(symbol)) continue;
    const value = times(account.priceOf(symbol, at) as Price, -quantity);
    const fee = ratio(ratio(value, rate, MILLION, 'up'), days, YEAR_DAYS, 'up');
    const description = `Stock borrow fee of ${symbol} for ${days} days`;
    payOut(account, money(-fee), { type: 'FEE', at, symbol, description });
  }
}

/** Options that end today: exercised or assigned by a cent in the money, worthless otherwise. */
export function expireOptions(account: Account, at: Instant, session: Session): void {
  const holdings = [...account.books.holdings.values()];
  for (const holding of holdings) {
    if (!isOption(holding.symbol)) continue;
    const contract = contractOf(holding.symbol);
    if (contract.expiration > session.date) continue;
    const price = account.priceOf(contract.root, session.close) ?? 0;
    const gain =
      contract.right === 'call' ? price - strikeOf(contract) : strikeOf(contract) - price;
    const isKept = holding.quantity > 0 && account.books.doNotExercise.has(holding.symbol);
    if (gain >= CENT && price > 0 && !isKept) deliver(account, holding, at);
    else endOption(account, holding, { type: 'OPEXP', description: 'Option Expiry', at });
    account.books.doNotExercise.delete(holding.symbol);
  }
}

function endOption(
  account: Account,
  { symbol, quantity }: Holding,
  activity: { type: string; description: string; at: Instant },
): void {
  account.books.move(symbol, -quantity, money(0), activity.at);
  account.record({ ...activity, symbol, quantity: -quantity, amount: money(0) });
}

/** Exercise of a long option, or assignment of a short one: shares against the strike. */
export function deliver(account: Account, holding: Holding, at: Instant): void {
  const contract = contractOf(holding.symbol);
  const isLong = holding.quantity > 0;
  const type = isLong ? 'OPEXC' : 'OPASN';
  endOption(account, holding, {
    type,
    description: isLong ? 'Option Exercise' : 'Option Assignment',
    at,
  });
  const isBuy = (contract.right === 'call') === isLong;
  const shares = Math.abs(holding.quantity) * SHARES * (isBuy ? 1 : -1);
  const price = strikeOf(contract) as Price;
  const amount = money(-times(price, shares));
  account.books.trade(contract.root, isBuy ? 'buy' : 'sell', Math.abs(shares), { price, on: at });
  const description = `Option Trade of ${wireSymbol(holding.symbol)}`;
  account.record({
    type: 'OPTRD',
    at,
    symbol: contract.root,
    quantity: shares,
    price,
    amount,
    description,
  });
}

/** What happens to holdings at the open: dividends, and splits with cash for what is left. */
export function applyAction(account: Account, action: CorporateAction, at: Instant): void {
  const { books } = account;
  const quantity = books.quantityOf(action.symbol);
  if (quantity === 0) return;
  const { symbol } = action;
  if (action.kind === 'dividend') {
    const amount = money(action.perShare * quantity);
    books.pay(amount);
    const description = `Cash DIV @ ${dollarText(action.perShare)}`;
    const subType = 'CDIV';
    const perShare = action.perShare;
    account.record({ type: 'DIV', subType, at, symbol, quantity, perShare, amount, description });
    return;
  }
  const whole = Math.trunc((quantity * action.to) / action.from);
  const rest = quantity * action.to - whole * action.from;
  const price = account.priceOf(symbol, at) ?? (0 as Price);
  const inLieu = money(ratio(price, rest, action.from, 'half-even'));
  const kept = books.holdings.get(symbol) as Holding;
  if (whole === 0) books.holdings.delete(symbol);
  else books.holdings.set(symbol, { ...kept, quantity: whole });
  books.pay(inLieu);
  const subType = action.to > action.from ? 'FSPLIT' : 'RSPLIT';
  const description = `${action.to} for ${action.from} split`;
  account.record({
    type: 'SPLIT',
    subType,
    at,
    symbol,
    quantity: whole - quantity,
    amount: inLieu,
    description,
  });
}

/** Keeps the day's equity, as of its close. */
export function closeBooks(account: Account, session: Session): void {
  const { equity, maintenance } = account.margin(session.close);
  const { days } = account.books;
  account.books.days = [...days, { date: session.date, at: session.close, equity, maintenance }];
}
