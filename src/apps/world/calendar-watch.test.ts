import { describe, expect, test } from 'vitest';
import type { BrokerSession } from '../../adapters/index.ts';
import { type DateText, type Instant, parseInstant } from '../../base/index.ts';
import { sessionOn } from '../../market/index.ts';
import { CalendarWatch } from './calendar-watch.ts';

const DAY = '2024-07-03' as DateText; // a half day

function watched(answer: () => readonly BrokerSession[]) {
  const clock = { now: parseInstant('2024-07-03T13:00:00Z') };
  const told: string[] = [];
  const asked = { times: 0 };
  const sessions = async () => {
    asked.times++;
    return answer();
  };
  const watch = new CalendarWatch(
    { sessions },
    () => clock.now,
    ({ code }) => told.push(code),
  );
  return { clock, told, asked, watch };
}

const ours = (): BrokerSession => {
  const { date, open, close } = sessionOn(DAY) as BrokerSession;
  return { date, open, close };
};

describe("the broker's calendar (F048)", () => {
  test('that agrees lets the day go on, and is asked once a day', async () => {
    const { clock, watch, asked } = watched(() => [ours()]);
    expect(watch.holds()).toContain('not known yet');
    await watch.tend();
    await watch.tend();
    expect([watch.holds(), asked.times]).toEqual([null, 1]);
    clock.now = parseInstant('2024-07-05T13:00:00Z');
    expect(watch.holds()).toContain('2024-07-05 is not known yet');
  });

  test.each([
    ['closes later', () => [{ ...ours(), close: (ours().close + 3 * 3_600_000) as Instant }]],
    ['is closed', () => []],
    ['opens later', () => [{ ...ours(), open: (ours().open + 60_000) as Instant }]],
  ])('that %s holds the day, and a person is told', async (_what, answer) => {
    const { watch, told } = watched(answer);
    await watch.tend();
    expect(watch.holds()).toContain('Calendar of 2024-07-03: ours is');
    expect(told).toEqual(['calendarDiffers']);
  });

  test('that does not answer holds the day, and is asked again after a minute', async () => {
    let isDown = true;
    const { clock, watch, told, asked } = watched(() => {
      if (isDown) throw new Error('down');
      return [ours()];
    });
    await watch.tend();
    await watch.tend();
    expect([asked.times, told]).toEqual([1, ['calendarUnread']]);
    expect(watch.holds()).toContain('not known yet');
    isDown = false;
    clock.now = (clock.now + 60_000) as Instant;
    await watch.tend();
    expect(watch.holds()).toBeNull();
  });
});
