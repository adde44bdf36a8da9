import { describe, expect, test } from 'vitest';
import { ABSENT, goldenBars, goldenLines, signalsOf } from '../golden.fixture.ts';
import { Player } from '../play.fixture.ts';
import { momentum } from './index.ts';

describe.skipIf(ABSENT !== '')(`momentum, reference signals${ABSENT}`, () => {
  test('the signals of 5-minute bars are as in own_momentum_signals', () => {
    const wanted = goldenLines('own_momentum_signals');
    const played = new Player(momentum).play([goldenBars('sample_5min_SPY', 'SPY', '5m')]);
    expect(signalsOf(played, '5m').slice(0, wanted.length)).toEqual(wanted);
  });
});
