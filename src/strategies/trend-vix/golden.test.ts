import { describe, expect, test } from 'vitest';
import { ABSENT, differences, goldenBars, goldenRows } from '../golden.fixture.ts';
import { Player } from '../play.fixture.ts';
import { trendVix } from './index.ts';

describe.skipIf(ABSENT !== '')(`trend and VIX, reference days${ABSENT}`, () => {
  test('every figure of every day is as in own_trend_vix', () => {
    const rows = goldenRows('own_trend_vix');
    // The reference never meets its reserve of 500: the cap of 95 % binds first from 10,000 on.
    const played = new Player(trendVix, {}, { equity: 10_000 }).play([
      goldenBars('VIX', 'VIX'),
      goldenBars('TQQQ_derived', 'TQQQ'),
      goldenBars('SQQQ_derived', 'SQQQ'),
      goldenBars('QQQ', 'QQQ'),
    ]);
    const first = played.findIndex((day) => day.decision.action !== 'warmup');
    const days = played.slice(first, first + rows.length);
    expect(days.map((day) => day.date)).toEqual(rows.map((row) => row['date']));
    expect(rows.flatMap((row, i) => differences(days[i]!.facts, row))).toEqual([]);
  });
});
