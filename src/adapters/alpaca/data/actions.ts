import { type DateText, parseDate, type Price } from '../../../base/index.ts';
import { netPriceOf } from '../../number.ts';
import { type Json, recordOf } from './values.ts';

/** What a company does with its shares, as it was announced. */
export type CorporateAction = {
  readonly id: string;
  readonly symbol: string;
  /** First exchange date without it: before that session's open, prices and quantities change. */
  readonly exDate: DateText;
} & (
  | { readonly kind: 'split'; readonly numerator: number; readonly denominator: number }
  /** Dollars a share, before any tax. */
  | { readonly kind: 'dividend'; readonly perShare: Price; readonly isSpecial: boolean }
  /** Anything whose effect is not a ratio or a sum a share: freeze the symbol, ask a person. */
  | { readonly kind: 'other'; readonly type: string }
);

/** Announcements by which shares of one symbol become more or fewer, in whole numbers. */
const SPLITS = new Set(['forward_splits', 'reverse_splits']);
const RATE_DECIMALS_MAX = 9;

/** One page of announcements. Throws where one of them cannot be placed: none may be missed. */
export function actionsOf(page: Json, symbols: ReadonlySet<string>): CorporateAction[] {
  return Object.entries(page).flatMap(([type, list]) => {
    if (!Array.isArray(list)) throw new Error(`Corporate actions "${type}" are not a list`);
    return list.flatMap((value) => {
      const action = actionOf(type, recordOf(value) ?? {}, symbols);
      return action === null ? [] : [action];
    });
  });
}

/** Null where it is about other symbols than those asked for. */
function actionOf(type: string, found: Json, asked: ReadonlySet<string>): CorporateAction | null {
  const named = ['symbol', 'old_symbol', 'source_symbol', 'acquiree_symbol', 'acquirer_symbol'];
  const symbols = [...named, 'new_symbol'].map((name) => found[name]);
  const symbol = symbols.find((text) => typeof text === 'string' && asked.has(text));
  const isNamed = symbols.some((text) => typeof text === 'string' && text !== '');
  if (typeof symbol !== 'string') {
    if (isNamed) return null;
    throw new Error(`A corporate action of "${type}" names no symbol`);
  }
  const { id } = found;
  const exDate = dateOf(found['ex_date'] ?? found['effective_date'] ?? found['process_date']);
  if (typeof id !== 'string' || id === '' || exDate === null) {
    throw new Error(`A corporate action of "${type}" for "${symbol}" has no id or no date`);
  }
  const head = { id, symbol, exDate };
  const ratio = SPLITS.has(type) ? ratioOf(found['new_rate'], found['old_rate']) : null;
  if (ratio !== null && !found['new_symbol']) return { ...head, kind: 'split', ...ratio };
  const perShare = type === 'cash_dividends' ? netPriceOf(found['rate']) : null;
  const isDollars = (found['currency'] ?? 'USD') === 'USD';
  if (perShare !== null && perShare > 0 && isDollars && !found['sub_type']) {
    return { ...head, kind: 'dividend', perShare, isSpecial: found['special'] === true };
  }
  return { ...head, kind: 'other', type: type.slice(0, 40) };
}

/** New shares for old ones as the smallest whole numbers; null unless both rates are above zero. */
function ratioOf(newRate: unknown, oldRate: unknown) {
  const [up, down] = [digitsOf(newRate), digitsOf(oldRate)];
  if (up === null || down === null) return null;
  const common = divisorOf(up, down);
  const [numerator, denominator] = [Number(up / common), Number(down / common)];
  const isSafe = Number.isSafeInteger(numerator) && Number.isSafeInteger(denominator);
  return isSafe ? { numerator, denominator } : null;
}

/** A rate in billionths; null for none above zero and for a finer one. */
function digitsOf(value: unknown): bigint | null {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const match = /^(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) return null;
  const billionths = BigInt(`${match[1]}${(match[2] ?? '').padEnd(RATE_DECIMALS_MAX, '0')}`);
  return billionths > 0n ? billionths : null;
}

const divisorOf = (a: bigint, b: bigint): bigint => (b === 0n ? a : divisorOf(b, a % b));

function dateOf(value: unknown): DateText | null {
  try {
    return typeof value === 'string' ? parseDate(value) : null;
  } catch {
    return null;
  }
}
