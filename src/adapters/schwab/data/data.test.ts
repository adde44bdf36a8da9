import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayNumber, type Instant } from '../../../base/index.ts';
import { type BarRow, sessionOn, sessionsBetween } from '../../../market/index.ts';
import type { HistoryAsk } from '../../market-data.ts';
import { day } from './data.fixture.ts';
import { chainOf, expirationsOf } from './chain.ts';
import { historyRowsOf } from './history.ts';
import { sessionOfHours } from './hours.ts';
import { quoteSeenOf } from './quotes.ts';
import { hasRecorded, recorded } from '../http.fixture.ts';

const ask: HistoryAsk = {
  symbol: 'SPY',
  timeframe: '1d',
  from: day('2025-06-01'),
  to: day('2025-07-31'),
  adjustment: 'splits',
};

const why = hasRecorded ? '' : ' (recorded answers are not here)';

describe.skipIf(!hasRecorded)(`what was recorded${why}`, () => {
  const received = (Date.UTC(2025, 7, 1) + 1) as Instant;

  test('daily bars of SPY: dates of the calendar, the holiday missing', () => {
    const rows = historyRowsOf(recorded('pricehistory.daily'), ask, received);
    const sessions = sessionsBetween(day('2025-06-18'), day('2025-07-18'));
    expect(rows.map((row) => row.day)).toEqual(sessions.map((session) => session.day));
    expect(rows[0]).toMatchObject({ close: 597_440_000, volume: 76_605_029 });
    expect(rows.every((row) => row.day !== dayNumber(day('2025-06-19')))).toBe(true);
  });

  test('quotes of a share and of an option', () => {
    const share = quoteSeenOf('NVDA', recorded('quote.equity') as never, received);
    expect(share).toMatchObject({ isHalted: false, isRealtime: true, quoteType: 'NBBO' });
    expect(share?.quote).toMatchObject({
      last: 123_229_100,
      bid: 123_200_000,
      at: 1_738_285_199_788,
    });
    const option = quoteSeenOf(
      'META  250131P00525000',
      recorded('quote.option') as never,
      received,
    );
    expect(option?.quote).toMatchObject({ last: 460_000, ask: 470_000, at: 1_737_752_399_930 });
  });

  test('the vendor’s example of quotes: indices, a share, options that never traded', () => {
    const body = recorded('md.quotes.multi.MultiCriteriaSearch') as never;
    const quote = (symbol: string) => quoteSeenOf(symbol, body, received)?.quote;
    expect(quote('SPX')).toMatchObject({ last: 4_396_200_000, bid: null, at: 1_644_854_683_056 });
    expect(quote('DJI')?.last).toBe(34_436_130_000);
    expect(quote('AAPL')).toMatchObject({ at: 1_644_854_683_408, bid: 168_400_000 });
    expect(quote('MVEN')).toMatchObject({ bid: null, ask: null, at: 1_644_353_952_708 });
    expect(quote('AMZN  220617C03170000')).toBeNull();
    expect(quoteSeenOf('NONE', body, received)).toBeNull();
  });

  test('a chain whose symbols do not say what the maps say is refused whole', () => {
    expect(chainOf(recorded('option_chain.calls'), { underlying: 'ACME' })).toEqual([]);
  });

  test('expirations, and market hours of a Sunday and of a session', () => {
    const expirations = expirationsOf(recorded('option_expiration_chain'));
    expect(expirations.length).toBeGreaterThan(10);
    expect(expirations[0]).toEqual({
      date: '2025-07-21',
      settlement: 'pm',
      roots: ['SPY'],
      isStandard: true,
    });
    expect(sessionOfHours(recorded('market_hours.all.closed'), day('2025-07-20'))).toBeNull();
    const open = sessionOfHours(recorded('md.markets.GetMarketHours'), day('2022-04-14'));
    expect(open).toMatchObject({ close: sessionOn(day('2022-04-14'))?.close });
  });

  test('F040 no mutation of a recorded answer crashes, or makes a price of what is none', () => {
    const bodies = [
      recorded('quote.equity'),
      recorded('quote.option'),
      recorded('pricehistory.daily'),
    ];
    const nasty = fc.constantFrom(null, '', 'NaN', -1, 0, 1e300, {}, [], true, 'x', 1e21, '5.');
    fc.assert(
      fc.property(fc.nat(bodies.length - 1), fc.nat(400), nasty, (which, nth, value) => {
        const body = mutated(bodies[which], nth, value) as Record<string, unknown>;
        for (const symbol of ['NVDA', 'META  250131P00525000']) {
          const quote = quoteSeenOf(symbol, body ?? {}, received)?.quote;
          expect(isPriceOrNone(quote?.last)).toBe(true);
        }
        const rows = rowsOrRefusal(() => historyRowsOf(body, ask, received));
        expect(rows.every((row) => isPriceOrNone(row.low))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});

const isPriceOrNone = (price: number | undefined) =>
  price === undefined || (Number.isSafeInteger(price) && price > 0);

/** The rows, none where the reply is refused; a crash goes on. */
function rowsOrRefusal(read: () => BarRow[]): BarRow[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Schwab')) return [];
    throw error;
  }
}

/** A copy of `body` with its `nth` value, counted in depth, replaced. */
function mutated(body: unknown, nth: number, value: unknown): unknown {
  let left = nth;
  return JSON.parse(
    JSON.stringify(body, (key, found: unknown) => (key !== '' && left-- === 0 ? value : found)),
  ) as unknown;
}
