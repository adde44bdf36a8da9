import { describe, expect, test } from 'vitest';
import { sessionOn } from '../../../market/index.ts';
import { day, NOW, source } from './data.fixture.ts';
import { chainOf } from './chain.ts';
import { sessionOfHours } from './hours.ts';

const CALL = 'SPY   260116C00500000';
const contract = {
  putCall: 'CALL',
  symbol: CALL,
  bid: 3.1,
  ask: 3.2,
  last: 3.15,
  delta: 0.51,
  gamma: 0.01,
  theta: -0.1,
  vega: 0.2,
  rho: 0.1,
  volatility: 18.5,
  openInterest: 12,
  quoteTimeInLong: NOW - 100,
  multiplier: 100,
};
const PLACE: readonly [string, string] = ['2026-01-16:11', '500.0'];
const chain = (more: object = {}, place = PLACE) => ({
  symbol: 'SPY',
  status: 'SUCCESS',
  putExpDateMap: {},
  callExpDateMap: { [place[0]]: { [place[1]]: [{ ...contract, ...more }] } },
});

describe('option chains', () => {
  test('each option with its prices, its delta, and its volatility as a fraction', () => {
    expect(chainOf(chain(), { underlying: 'SPY' })).toEqual([
      {
        symbol: CALL,
        at: NOW - 100,
        bid: 3_100_000,
        ask: 3_200_000,
        last: 3_150_000,
        delta: 0.51,
        impliedVolatility: 0.185,
        openInterest: 12,
      },
    ]);
  });

  test.each([-999, 'NaN', Number.NaN, null])('a figure of %s was not computed', (figure) => {
    const [found] = chainOf(chain({ vega: figure, delta: 0, volatility: figure }), {
      underlying: 'SPY',
    });
    expect([found?.delta, found?.impliedVolatility]).toEqual([null, null]);
  });

  test('F041 an option nobody bids for has no bid', () => {
    const [found] = chainOf(chain({ bid: 0, last: 0 }), { underlying: 'SPY' });
    expect([found?.bid, found?.last, found?.ask]).toEqual([null, null, 3_200_000]);
  });

  test.each([
    ['another strike', {}, ['2026-01-16:11', '505.0']],
    ['another day', {}, ['2026-01-17:12', '500.0']],
    ['the other side', { symbol: 'SPY   260116P00500000' }, ['2026-01-16:11', '500.0']],
    ['an impossible day', { symbol: 'SPY   263116C00500000' }, ['2026-01-16:11', '500.0']],
    ['no blanks', { symbol: 'SPY260116C00500000' }, ['2026-01-16:11', '500.0']],
    ['an adjusted root', { symbol: 'SPY1  260116C00500000' }, ['2026-01-16:11', '500.0']],
    ['an odd deliverable', { isNonStandard: true }, ['2026-01-16:11', '500.0']],
    ['ten shares', { multiplier: 10 }, ['2026-01-16:11', '500.0']],
    ['no stamp', { quoteTimeInLong: 0 }, ['2026-01-16:11', '500.0']],
  ] as const)('F044 a contract with %s is refused', (_, more, place) => {
    expect(chainOf(chain(more, place), { underlying: 'SPY' })).toEqual([]);
  });

  test('F044 a chain of another underlying is refused, one without contracts is empty', () => {
    expect(() => chainOf(chain(), { underlying: 'QQQ' })).toThrow(/not of that/);
    expect(() => chainOf({ ...chain(), status: 'FAILED' }, { underlying: 'SPY' })).toThrow(
      /success/,
    );
    expect(chainOf({ symbol: 'SPY', status: 'FAILED' }, { underlying: 'SPY' })).toEqual([]);
    expect(() => chainOf(null, { underlying: 'SPY' })).toThrow(/not of that/);
  });

  test('a chain too big for the gateway is asked for in parts', async () => {
    const fault = {
      fault: { faultstring: 'x', detail: { errorcode: 'protocol.http.TooBigBody' } },
    };
    const { data, asks } = source(({ query }) =>
      query?.['fromDate'] === query?.['toDate'] ? { json: chain() } : { status: 502, json: fault },
    );
    const span = { expirationFrom: day('2026-01-15'), expirationTo: day('2026-01-18') };
    expect(await data.chain({ underlying: 'SPY', ...span })).toHaveLength(1);
    expect(asks).toHaveLength(7);
    const one = { expirationFrom: day('2026-01-15'), expirationTo: day('2026-01-15') };
    const mute = source(() => ({ status: 502, json: fault }));
    await expect(mute.data.chain({ underlying: 'SPY', ...one })).rejects.toThrow(/502/);
  });
});

describe('market hours', () => {
  const open = (more: object = {}) => ({
    equity: {
      EQ: {
        date: '2026-01-05',
        marketType: 'EQUITY',
        isOpen: true,
        sessionHours: {
          regularMarket: [{ start: '2026-01-05T09:30:00-05:00', end: '2026-01-05T16:00:00-05:00' }],
        },
        ...more,
      },
    },
  });

  test('F048 a session is from its open to its close, and is ours', () => {
    const {
      date,
      open: from,
      close,
    } = sessionOn(day('2026-01-05')) as never as Record<string, unknown>;
    expect(sessionOfHours(open(), day('2026-01-05'))).toEqual({ date, open: from, close });
    expect(sessionOfHours(open({ isOpen: false }), day('2026-01-05'))).toBeNull();
  });

  test.each([
    { date: '2026-01-06' },
    { sessionHours: {} },
    { isOpen: 'yes' },
    { marketType: 'BOND' },
  ])('F048 what does not tell throws: %j', (more) =>
    expect(() => sessionOfHours(open(more), day('2026-01-05'))).toThrow(/2026-01-05/),
  );

  test('F048 sessions are asked for weekday by weekday, no more than fifteen', async () => {
    const { data, asks } = source(({ query }) => ({
      json: open({ date: query?.['date'], isOpen: query?.['date'] === '2026-01-05' }),
    }));
    const found = await data.sessions(day('2026-01-02'), day('2026-01-06'));
    expect(found.map(({ date }) => date)).toEqual(['2026-01-05']);
    expect(asks.map(({ query }) => query?.['date'])).toEqual([
      '2026-01-02',
      '2026-01-05',
      '2026-01-06',
    ]);
    await expect(data.sessions(day('2026-01-02'), day('2026-12-31'))).rejects.toThrow(
      /15 weekdays/,
    );
  });
});
