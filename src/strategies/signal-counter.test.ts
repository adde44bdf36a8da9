import { describe, expect, test } from 'vitest';
import { ToolBox } from '../strategy/index.ts';
import { type Crossing, SignalCounter } from './signal-counter.ts';

const options = {
  symbol: 'SPY',
  qty: 10,
  up: { name: 'up', rule: 'it rose' },
  down: { name: 'down', rule: 'it fell' },
};

function counter() {
  const tools = new ToolBox();
  return { tools, signals: new SignalCounter(options, tools) };
}

/** The sides sent for crossings on consecutive bars, and the counter after each. */
function sent(crossings: readonly Crossing[]) {
  const { signals } = counter();
  return crossings.map((crossing, bar) => {
    const decision = signals.answer(crossing, bar);
    const side = decision.action === 'orders' ? decision.orders[0]?.side : null;
    return [side, signals.facts()['p']];
  });
}

describe('the counter', () => {
  test('buys unless it is above zero, sells unless it is below', () => {
    expect(sent([1, 1, -1, -1, -1, 1, 1, 1])).toEqual([
      ['buy', 10],
      [null, 10],
      ['sell', 0],
      ['sell', -10],
      [null, -10],
      ['buy', 0],
      ['buy', 10],
      [null, 10],
    ]);
  });

  test('may begin with a sell', () => {
    expect(sent([-1, 1])).toEqual([
      ['sell', -10],
      ['buy', 0],
    ]);
  });

  test('answers one bar once, provisional or final', () => {
    const { signals } = counter();
    expect(signals.answer(1, 7).action).toBe('orders');
    expect(signals.answer(-1, 7).action).toBe('hold');
    expect(signals.answer(-1, 8).action).toBe('orders');
  });

  test('says what it sends and why', () => {
    const { signals } = counter();
    expect(signals.answer(1, 1)).toEqual({
      action: 'orders',
      orders: [{ symbol: 'SPY', side: 'buy', quantity: 10 }],
      why: 'up: it rose; buy 10 SPY.',
    });
    expect(signals.facts()).toEqual({ signal: 'up', p: 10, qty: 10 });
    signals.answer(0, 1);
    expect(signals.facts()).toEqual({ signal: null, p: 10, qty: 10 });
  });

  test('makes its answers once: a bar without a signal allocates none', () => {
    const { signals } = counter();
    expect(signals.answer(0, 1)).toBe(signals.answer(0, 2));
    expect(signals.answer(1, 3)).not.toBe(signals.answer(1, 4));
    expect(signals.answer(1, 5)).toBe(signals.answer(1, 6));
  });

  test('is memory: taking bars back does not touch it', () => {
    const { tools, signals } = counter();
    const series = tools.saveSeries();
    signals.answer(1, 1);
    tools.restoreSeries(series);
    expect(signals.facts()['p']).toBe(10);
    expect(tools.saveMemory()).toEqual([{ p: 10, bar: 1 }]);
  });
});
