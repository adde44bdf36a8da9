import { afterEach, expect, test, vi } from 'vitest';
import type { Instant } from '../../base/index.ts';
import { LiveClock } from './clock.ts';

afterEach(() => vi.restoreAllMocks());

test('a sleep ends at its instant, at once when that has passed, or when it is woken', async () => {
  const clock = new LiveClock();
  expect(await clock.sleepUntil((clock.now() - 1) as Instant)).toBe(true);
  const at = (clock.now() + 30) as Instant;
  expect(await clock.sleepUntil(at)).toBe(true);
  expect(clock.now()).toBeGreaterThanOrEqual(at);
  const sleep = clock.sleepUntil((clock.now() + 60_000) as Instant);
  clock.wake();
  expect(await sleep).toBe(false);
});

test('a clock that is woken while nobody sleeps does not end the next sleep', async () => {
  const clock = new LiveClock();
  clock.wake();
  expect(await clock.sleepUntil((clock.now() + 10) as Instant)).toBe(true);
});

test('a wall clock that steps is told, with by how much (F050)', async () => {
  const steps: number[] = [];
  const clock = new LiveClock((byMs) => steps.push(byMs));
  const real = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + 7_200_000);
  await clock.sleepUntil((clock.now() + 5) as Instant);
  expect(steps.length).toBe(1);
  expect(Math.abs((steps[0] as number) - 7_200_000)).toBeLessThan(100);
});
