import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, type Instant } from '../../../base/index.ts';
import { START } from './token.fixture.ts';
import { tokenAge, tokenAlerts } from './token-age.ts';

describe('the age of a sign-in', () => {
  test.each([
    [0, 'fine'],
    [4 * 24 - 0.01, 'fine'],
    [4 * 24, 72],
    [6 * 24, 24],
    [6 * 24 + 18, 6],
    [6 * 24 + 23, 1],
    [7 * 24 - 0.01, 1],
    [7 * 24, 'dead'],
    [70 * 24, 'dead'],
  ])('F055 after %d hours it is %s', (hours, level) => {
    const now = (START + hours * HOUR_MS) as Instant;
    expect(tokenAge(START, now, null)).toMatchObject({
      level,
      refreshExpiresAt: START + 7 * DAY_MS,
    });
  });

  test('F055 its owner is told four times before its end', () => {
    const alerts = tokenAlerts(START);
    expect(alerts.map(({ level }) => level)).toEqual([72, 24, 6, 1, 'dead']);
    for (const { level, at } of alerts) expect(tokenAge(START, at, null).level).toBe(level);
  });
});
