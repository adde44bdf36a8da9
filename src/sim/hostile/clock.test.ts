import { describe, expect, test } from 'vitest';
import { HOUR_MS, type Instant } from '../../base/index.ts';
import { clockSteps, VirtualClock } from './clock.ts';

const at = (ms: number) => ms as Instant;

describe('a virtual clock (F050)', () => {
  test('steps on the wall and nowhere else', () => {
    const clock = new VirtualClock(at(1_000_000));
    clock.advance(at(1_005_000));
    clock.step(-2 * HOUR_MS);
    expect(clock.wall).toBe(1_005_000 - 2 * HOUR_MS);
    expect([clock.now, clock.monotonic]).toEqual([1_005_000, 5_000]);
    clock.correct();
    expect(clock.wall).toBe(clock.now);
  });

  test('drifts by its rate, and goes on from there at another', () => {
    const clock = new VirtualClock(at(0));
    clock.drift(500);
    clock.advance(at(10_000_000));
    expect(clock.offsetMs).toBe(5_000);
    clock.drift(-500);
    expect(clock.offsetMs).toBe(5_000);
    clock.advance(at(12_000_000));
    expect(clock.offsetMs).toBe(4_000);
  });

  test('never goes back in the world', () => {
    const clock = new VirtualClock(at(5));
    expect(() => clock.advance(at(4))).toThrow('Time "4" is before "5"');
  });
});

describe('the steps of a day', () => {
  const span = { from: at(0), to: at(HOUR_MS), rate: 0.5 };
  const days = Array.from({ length: 2_000 }, (_, day) => clockSteps(7, day, span));

  test('come on as many days as they should, within two hours either way', () => {
    const some = days.filter((steps) => steps.length > 0);
    expect(some.length / days.length).toBeCloseTo(0.5, 1);
    const sizes = some.flat().map(({ byMs }) => byMs);
    expect(Math.min(...sizes)).toBeLessThan(-1.5 * HOUR_MS);
    expect(Math.max(...sizes)).toBeGreaterThan(1.5 * HOUR_MS);
    expect(Math.max(...sizes.map(Math.abs))).toBeLessThanOrEqual(2 * HOUR_MS);
    for (const steps of some) {
      expect(steps.map((step) => step.at)).toEqual(
        steps.map((step) => step.at).sort((a, b) => a - b),
      );
    }
  });

  test('are the same for a seed, and none where the rate is zero', () => {
    expect(clockSteps(7, 3, span)).toEqual(days[3]);
    expect(days.every((_, day) => clockSteps(7, day, { ...span, rate: 0 }).length === 0)).toBe(
      true,
    );
  });
});
