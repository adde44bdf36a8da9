import type { DateText } from '../../base/index.ts';
import { BadInput, parseDate } from '../../base/index.ts';
import { instantOn } from '../../market/index.ts';
import type { AccountClass, BrokerSession, Identity } from '../counterpart.ts';
import { moneyOf, quantityOf, wholeOf } from '../number.ts';
import type { AccountJson, PositionJson } from './schema.ts';
import { houseSymbol } from './symbol.ts';
import { plainText } from '../text.ts';

/** Who the account is, with what it tells of the day-trader rule; null since that is gone. */
export interface AlpacaIdentity extends Identity {
  readonly dayTrading: { readonly flagged: boolean; readonly count: number | null } | null;
}

/** Flags that keep an account from trading, or its money from moving. */
const BLOCKS = [
  'account_blocked',
  'trading_blocked',
  'transfers_blocked',
  'trade_suspended_by_user',
] as const;

/** Who answered. A flag that is not told blocks: absence never passes. */
export function identityOf(json: AccountJson, accountClass: AccountClass): AlpacaIdentity {
  const status = plainText(json.status ?? '') || 'unknown';
  const multiplier = wholeOf(json.multiplier);
  const blocked: string[] = status === 'ACTIVE' ? [] : [`status ${status}`];
  for (const name of BLOCKS) {
    if (json[name] !== false) blocked.push(json[name] === true ? name : `${name} is not told`);
  }
  const isMargin = multiplier === 2 || multiplier === 4;
  return {
    number: json.account_number,
    class: accountClass,
    type: multiplier === 1 ? 'cash' : isMargin ? 'margin' : 'unknown',
    status,
    blocked,
    equity: moneyOf(json.equity),
    cash: moneyOf(json.cash),
    buyingPower: moneyOf(json.buying_power),
    optionsLevel: wholeOf(json.options_trading_level),
    shorting: json.shorting_enabled ?? null,
    dayTrading:
      typeof json.pattern_day_trader === 'boolean'
        ? { flagged: json.pattern_day_trader, count: wholeOf(json.daytrade_count) }
        : null,
  };
}

/**
 * Signed whole shares by symbol, parts of a share cut off; undefined where one row cannot be read:
 * then none of them is believed.
 */
export function positionsOf(
  rows: readonly PositionJson[],
): Readonly<Record<string, number>> | undefined {
  const positions: Record<string, number> = {};
  for (const { symbol, qty, side } of rows) {
    const found = quantityOf(qty);
    if (found === null) return undefined;
    // A short position is told with a sign, with a side, or with both.
    const size = Math.abs(found.whole);
    const isShort = found.whole < 0 || side === 'short';
    if (size === 0) continue;
    const house = houseSymbol(symbol);
    positions[house] = (positions[house] ?? 0) + (isShort ? -size : size);
  }
  return positions;
}

/** Sessions of the broker's calendar, its clock times of New York; undefined if unreadable. */
export function sessionsOf(
  rows: readonly { readonly date: string; readonly open: string; readonly close: string }[],
  from: DateText,
  to: DateText,
): readonly BrokerSession[] | undefined {
  try {
    return rows
      .map((row) => {
        const date = parseDate(row.date);
        return { date, open: instantOn(date, row.open), close: instantOn(date, row.close) };
      })
      .filter(({ date }) => date >= from && date <= to);
  } catch (error) {
    if (error instanceof BadInput) return undefined;
    throw error;
  }
}
