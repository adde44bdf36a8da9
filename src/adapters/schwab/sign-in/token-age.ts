import { DAY_MS, HOUR_MS, type Instant } from '../../../base/index.ts';

/** How long a sign-in lasts. Source: Schwab Trader API, "OAuth restart vs. refresh token". */
export const REFRESH_LIFE_MS = 7 * DAY_MS;

/** Hours before the end of a sign-in at which its owner is told. */
export const TOKEN_ALERT_HOURS = [72, 24, 6, 1] as const;

/** The smallest of the alert hours that is left, "fine" with more left, "dead" with none. */
export type TokenLevel = 'fine' | (typeof TOKEN_ALERT_HOURS)[number] | 'dead';

export interface TokenAge {
  readonly createdAt: Instant;
  readonly refreshExpiresAt: Instant;
  readonly level: TokenLevel;
  /** Why it is dead before its time, in the broker's words; null where it is not. */
  readonly reason: string | null;
}

/** The age of a sign-in; `refused` tells that the broker takes it no more. */
export function tokenAge(createdAt: Instant, now: Instant, refused: string | null): TokenAge {
  const refreshExpiresAt = (createdAt + REFRESH_LIFE_MS) as Instant;
  const left = refreshExpiresAt - now;
  const reached = TOKEN_ALERT_HOURS.filter((hours) => left <= hours * HOUR_MS);
  const level = refused !== null || !(left > 0) ? 'dead' : (reached.at(-1) ?? 'fine');
  return { createdAt, refreshExpiresAt, level, reason: refused };
}

/** When its owner is told, soonest first; the last one is its end. */
export function tokenAlerts(
  createdAt: Instant,
): readonly { readonly level: TokenLevel; readonly at: Instant }[] {
  const end = createdAt + REFRESH_LIFE_MS;
  const before = TOKEN_ALERT_HOURS.map((hours) => ({
    level: hours,
    at: (end - hours * HOUR_MS) as Instant,
  }));
  return [...before, { level: 'dead', at: end as Instant }];
}
