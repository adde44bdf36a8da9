import { DAY_MS, type Instant, toDollars } from '../../base/index.ts';
import { exchangeDate, nextSession, previousSession, sessionOn } from '../../market/index.ts';
import type { Desk } from './desk.ts';
import { queryInstant } from './activities.ts';
import { unprocessable } from './refused.ts';

const PERIOD = /^(\d{1,4})([DWMA])$/;
const DAYS = { D: 1, W: 7, M: 30, A: 365 } as const;
const TIMEFRAMES = ['1Min', '5Min', '15Min', '1H', '1D'];

const cents = (dollars: number): number => Math.round(dollars * 100) / 100;

/**
 * Equity at the close of each day of the asked span, and now, with the gain since the first: this
 * broker keeps one figure a day, whatever time frame is asked for.
 */
export function historyJson(desk: Desk, query: URLSearchParams) {
  const timeframe = query.get('timeframe') ?? '1D';
  if (!TIMEFRAMES.includes(timeframe)) throw unprocessable(`invalid timeframe: ${timeframe}`);
  const now = desk.now();
  const { days } = desk.account.books;
  const end = queryInstant(query, 'end') ?? queryInstant(query, 'date_end') ?? now;
  const start = queryInstant(query, 'start') ?? ((end - spanMs(query)) as Instant);
  const begin = toDollars(desk.account.terms.cash);
  const before = days.filter(({ at }) => at < start).at(-1);
  const base = before === undefined ? begin : toDollars(before.equity);
  const shown = days.filter(({ at }) => at >= start && at <= end);
  const points = shown.map(({ date, equity }) => ({
    at: stampOfDay(date),
    equity: toDollars(equity),
  }));
  const today = exchangeDate(now);
  if (now <= end && shown.at(-1)?.date !== today) {
    points.push({ at: stampOfDay(today), equity: toDollars(desk.account.margin(now).equity) });
  }
  return {
    timestamp: points.map(({ at }) => at),
    equity: points.map(({ equity }) => cents(equity)),
    profit_loss: points.map(({ equity }) => cents(equity - base)),
    profit_loss_pct: points.map(({ equity }) => Math.round(((equity - base) / base) * 1e4) / 1e4),
    base_value: cents(base),
    base_value_asof: before?.date ?? previousSession(exchangeDate(desk.startedAt)).date,
    timeframe: '1D',
    cashflow: {},
  };
}

function spanMs(query: URLSearchParams): number {
  const match = PERIOD.exec(query.get('period') ?? '1M');
  if (match === null) throw unprocessable(`invalid period: ${query.get('period')}`);
  return Number(match[1]) * DAYS[match[2] as keyof typeof DAYS] * DAY_MS;
}

/** Midnight in UTC of a date with a session, or of the next one's. */
const stampOfDay = (date: ReturnType<typeof exchangeDate>): number =>
  Date.parse((sessionOn(date) ?? nextSession(date)).date) / 1000;
