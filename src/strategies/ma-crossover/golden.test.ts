import { describe, expect, test } from 'vitest';
import {
  ABSENT,
  differences,
  goldenBars,
  goldenLines,
  goldenRows,
  signalsOf,
} from '../golden.fixture.ts';
import { Player } from '../play.fixture.ts';
import { maCrossover } from './index.ts';

const sample = () => [goldenBars('sample_5min_SPY', 'SPY', '5m')];

describe.skipIf(ABSENT !== '')(`crossover of means, reference signals${ABSENT}`, () => {
  test('the signals of 5-minute bars are as in ma_signals_5min_5_20', () => {
    const wanted = goldenLines('ma_signals_5min_5_20');
    const played = new Player(maCrossover).play(sample());
    expect(signalsOf(played, '5m').slice(0, wanted.length)).toEqual(wanted);
  });

  test('the means of 5-minute bars are as in ma_values_5min', () => {
    const rows = goldenRows('ma_values_5min');
    const played = new Player(maCrossover).play(sample());
    const found = rows.flatMap(({ timestamp, ...row }, i) => {
      const { price = null, fast = null, slow = null } = played[i]!.facts;
      const facts = { close: price, fast_5: fast, slow_20: slow };
      return differences(facts, { date: timestamp!, ...row });
    });
    expect(found).toEqual([]);
  });

  test('the signals of days are as in ma_signals_qqq_10_50', () => {
    const wanted = goldenLines('ma_signals_qqq_10_50');
    const params = { symbol: 'QQQ', timeframe: '1d', fast: 10, slow: 50, qty: 25 };
    const played = new Player(maCrossover, params).play([goldenBars('QQQ', 'QQQ')]);
    expect(signalsOf(played, '1d').slice(0, wanted.length)).toEqual(wanted);
  });
});
