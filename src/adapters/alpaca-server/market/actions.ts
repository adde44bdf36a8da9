import { addDays, type DateText, dayNumber, MICROS, parseDate } from '../../../base/index.ts';
import { exchangeDate } from '../../../market/index.ts';
import { uuidOf } from '../ids.ts';
import { limitIn, MarketRefused } from './query.ts';
import type { MarketContext } from './source.ts';
import type { CorporateAction } from '../options.ts';

const DAYS_MAX = 36_525;
/** Nobody gave the made-up companies a number. */
const CUSIP = '000000000';

type Group = 'cash_dividends' | 'forward_splits' | 'reverse_splits';

function dateIn(query: URLSearchParams, name: string, standard: DateText): DateText {
  const text = query.get(name);
  if (text === null || text === '') return standard;
  try {
    return parseDate(text);
  } catch {
    throw new MarketRefused(400, `${name}: invalid date format: ${text.slice(0, 20)}`);
  }
}

/** `/v1/corporate-actions`: dividends and splits by the date on which they happen. */
export function actionsAnswer(context: MarketContext, query: URLSearchParams): object {
  const today = exchangeDate(context.now());
  const [start, end] = [dateIn(query, 'start', today), dateIn(query, 'end', today)];
  if (end < start) throw new MarketRefused(400, 'end should not be before start');
  if (dayNumber(end) - dayNumber(start) > DAYS_MAX) {
    throw new MarketRefused(400, 'the interval is too long');
  }
  const symbols = query.get('symbols')?.split(',');
  const types = query.get('types')?.split(',');
  const found = (symbol: string, group: Group) =>
    (symbols?.includes(symbol) ?? true) && (types?.includes(group.slice(0, -1)) ?? true);
  const all: (readonly [Group, object])[] = [];
  for (let date = start; date <= end; date = addDays(date, 1)) {
    for (const action of context.corporateActions?.(date) ?? []) {
      const group = groupOf(action);
      if (found(action.symbol, group)) all.push([group, fieldsOf(action, date)]);
    }
  }
  return paged(query.get('sort') === 'desc' ? all.toReversed() : all, query);
}

function paged(all: readonly (readonly [Group, object])[], query: URLSearchParams): object {
  const limit = limitIn(query, { standard: 100, max: 1_000 });
  const token = query.get('page_token') ?? '';
  const from = token === '' ? 0 : Number(Buffer.from(token, 'base64').toString('utf8'));
  if (!Number.isSafeInteger(from) || from < 0) throw new MarketRefused(400, 'invalid page_token');
  const groups: Partial<Record<Group, object[]>> = {};
  for (const [group, fields] of all.slice(from, from + limit)) (groups[group] ??= []).push(fields);
  const next = from + limit;
  const isLast = next >= all.length;
  return {
    corporate_actions: groups,
    next_page_token: isLast ? null : Buffer.from(`${next}`).toString('base64'),
  };
}

function groupOf(action: CorporateAction): Group {
  if (action.kind === 'dividend') return 'cash_dividends';
  return action.to > action.from ? 'forward_splits' : 'reverse_splits';
}

function fieldsOf(action: CorporateAction, date: DateText): object {
  const { symbol } = action;
  const head = { id: uuidOf('action', date, symbol, action.kind), symbol };
  const dates = { process_date: date, ex_date: date, record_date: date, payable_date: date };
  if (action.kind === 'dividend') {
    const rate = action.perShare / MICROS;
    return { ...head, cusip: CUSIP, rate, special: false, foreign: false, ...dates };
  }
  const rates = { new_rate: action.to, old_rate: action.from };
  const cusips =
    action.to > action.from ? { cusip: CUSIP } : { old_cusip: CUSIP, new_cusip: CUSIP };
  return { ...head, ...cusips, ...rates, ...dates };
}
