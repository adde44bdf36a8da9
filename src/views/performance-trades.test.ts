import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, money, moneyFromDollars, parseDate, price } from '../base/index.ts';
import { fillOf, point, runOf } from './performance-run.fixture.ts';
import { closedTrades, multiplierOf } from './performance-trades.ts';
import { performanceOf } from './performance.ts';
import type { FillRecord } from './record.ts';

const dollars = (amount: number) => moneyFromDollars(amount);

const pair = (day: number, gain: number, symbol = 'SPY') => {
  const at = (offset: number) => addDays(parseDate('2024-01-02'), day + offset);
  return [
    fillOf(at(0), 'buy', 1, symbol, 100, { order: `${day}-in` }),
    fillOf(at(2), 'sell', 1, symbol, 100 + gain, { order: `${day}-out` }),
  ];
};

describe('closed trades', () => {
  test('the oldest lots close first, fees of both sides shared by quantity', () => {
    const { trades, open } = closedTrades([
      fillOf('2024-01-02', 'buy', 10, 'SPY', 100, { fee: dollars(1) }),
      fillOf('2024-01-03', 'buy', 10, 'SPY', 120, { fee: dollars(3) }),
      fillOf('2024-01-05', 'sell', 15, 'SPY', 130, { fee: dollars(1.5) }),
    ]);
    expect(trades.map((t) => [t.quantity, t.openDate, t.fees, t.pnl])).toEqual([
      [10, '2024-01-02', dollars(2), dollars(298)],
      [5, '2024-01-03', dollars(2), dollars(48)],
    ]);
    expect(open.get('SPY')).toBe(5);
  });

  test('parts of one order are one trade', () => {
    const parts = [3, 4].map((quantity) =>
      fillOf('2024-01-02', 'buy', quantity, 'SPY', 100, { order: 'in' }),
    );
    const out = fillOf('2024-01-09', 'sell', 7, 'SPY', 110, { order: 'out' });
    const { trades } = closedTrades([...parts, out]);
    expect(trades).toHaveLength(1);
    expect(trades[0]).toMatchObject({ quantity: 7, pnl: dollars(70), side: 'long' });
  });

  test('a sell through zero closes the long and opens a short', () => {
    const { trades, open } = closedTrades([
      fillOf('2024-01-02', 'buy', 10, 'SPY', 100),
      fillOf('2024-01-03', 'sell', 15, 'SPY', 110, { fee: dollars(3) }),
      fillOf('2024-01-04', 'buy', 5, 'SPY', 100),
    ]);
    expect(trades.map((t) => [t.side, t.quantity, t.pnl])).toEqual([
      ['long', 10, dollars(98)],
      ['short', 5, dollars(49)],
    ]);
    expect(open.get('SPY')).toBe(0);
  });

  test('books do not close each other’s lots', () => {
    const { trades } = closedTrades([
      fillOf('2024-01-02', 'buy', 10, 'SPY', 100, { book: 'a' }),
      fillOf('2024-01-03', 'sell', 10, 'SPY', 110, { book: 'b' }),
    ]);
    expect(trades).toEqual([]);
  });

  test('an option counts its multiplier', () => {
    const call = 'SPY   240119C00475000';
    const { trades } = closedTrades([
      fillOf('2024-01-02', 'buy', 2, call, 1.5),
      fillOf('2024-01-03', 'sell', 2, call, 2),
    ]);
    expect(trades[0]?.pnl).toBe(dollars(100));
    expect(multiplierOf('<b>')).toBe(1);
  });

  test('when all is flat, P&L of trades is the cash that came in less what went out', () => {
    const order = fc.record({
      buy: fc.boolean(),
      quantity: fc.integer({ min: 1, max: 50 }),
      micros: fc.integer({ min: 1_000_000, max: 90_000_000 }),
      fee: fc.integer({ min: 0, max: 3_000_001 }),
    });
    fc.assert(
      fc.property(fc.array(order, { minLength: 1, maxLength: 40 }), (orders) => {
        const fills: FillRecord[] = [];
        let [held, cash] = [0, 0];
        const send = (signed: number, micros: number, fee: number) => {
          const date = addDays(parseDate('2024-01-02'), fills.length);
          const more = { price: price(micros), fee: money(fee), order: `o${fills.length}` };
          const side = signed > 0 ? 'buy' : 'sell';
          fills.push(fillOf(date, side, Math.abs(signed), 'SPY', 1, more));
          held += signed;
          cash -= signed * micros + fee;
        };
        for (const { buy, quantity, micros, fee } of orders) {
          send(buy ? quantity : -quantity, micros, fee);
        }
        if (held !== 0) send(-held, 5_000_000, 7);
        const { trades } = closedTrades(fills);
        expect(trades.reduce((sum, trade) => sum + trade.pnl, 0)).toBe(cash);
      }),
    );
  });
});

describe('figures of trades', () => {
  test('wins, losses, streaks and holding of five trades', () => {
    const fills = [10, 20, -5, 0, -10].flatMap((gain, i) => pair(i * 7, gain));
    const { figures } = performanceOf(runOf(1_000, [1_000], { fills }));
    expect(figures).toMatchObject({
      trades: 5,
      tradesPnl: dollars(15),
      winRate: 40,
      profitFactor: 2,
      averageWin: dollars(15),
      averageLoss: dollars(-7.5),
      payoffRatio: 2,
      expectancy: dollars(3),
      largestWin: dollars(20),
      largestLoss: dollars(-10),
      winStreak: 2,
      lossStreak: 1,
      holdingDays: 2,
    });
  });

  test('a trade that costs eat up is no win', () => {
    const [buy, sell] = pair(0, 1) as [FillRecord, FillRecord];
    const fills = [
      { ...buy, fee: dollars(0.6) },
      { ...sell, fee: dollars(0.6) },
    ];
    expect(performanceOf(runOf(1_000, [1_000], { fills })).figures.winRate).toBe(0);
  });

  test('without a loss there is no profit factor', () => {
    const { figures, notes } = performanceOf(runOf(1_000, [1_000], { fills: pair(0, 5) }));
    expect(figures.profitFactor).toBeNull();
    expect(notes.profitFactor).toBe('no losing trade');
  });

  test('a symbol that split is left out and named', () => {
    const split = [
      fillOf('2024-01-02', 'buy', 10, 'NVDA', 400),
      fillOf('2024-01-03', 'sell', 40, 'NVDA', 110),
    ];
    const { figures, notes } = performanceOf(
      runOf(1_000, [1_000], { fills: [...split, ...pair(0, 5)] }),
    );
    expect(figures.trades).toBe(1);
    expect(notes.trades).toBe('without NVDA: fills do not explain what is held');
  });

  test('an open position that the last day holds is explained', () => {
    const run = runOf(1_000, [1_000], { fills: [fillOf('2024-01-02', 'buy', 3, 'SPY', 100)] });
    const last = run.equity.map((each) => point(each.date, each.equity, { positions: { SPY: 3 } }));
    expect(performanceOf({ ...run, equity: last }).notes.trades).toBeUndefined();
  });
});
