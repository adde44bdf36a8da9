import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskedAccount, redacted, Secret } from './secret.ts';

const value = fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 60 });

describe('a secret (invariant 32, F074)', () => {
  test('does not print, in any of the ways in which things print', () => {
    const secret = new Secret('canary-value-1');
    const shown = [`${secret}`, String(secret), JSON.stringify({ secret }), inspect({ secret })];
    for (const text of shown) expect(text).not.toContain('canary');
    expect(secret.reveal()).toBe('canary-value-1');
  });

  test('is blanked out of any text, in every common encoding and wherever it stands', () => {
    fc.assert(
      fc.property(value, fc.string(), fc.string(), (text, before, after) => {
        expect(new Secret(text, 'short').reveal()).toBe(text);
        const bytes = Buffer.from(before + text + after);
        const leaks = [
          `${before}${text}${after}`,
          JSON.stringify({ key: text }),
          `?token=${encodeURIComponent(text)}`,
          Buffer.from(text).toString('hex'),
        ];
        for (const leak of leaks) {
          const clean = redacted(leak);
          expect(clean).not.toContain(text);
        }
        const coded = redacted(bytes.toString('base64'));
        expect(Buffer.from(coded, 'base64').toString()).not.toContain(text);
      }),
    );
  });

  test('that is too short to be one leaves ordinary words alone', () => {
    const short = new Secret('the');
    expect(redacted(`${short.reveal()} market`)).toBe('the market');
  });

  test('of many tokens only the newest are remembered, keys as long as the process lives', () => {
    const key = new Secret('long-lived-key');
    const tokens = Array.from(
      { length: 500 },
      (_, n) => new Secret(`token-number-${n}-of-many`, 'short'),
    );
    expect([tokens.length, redacted(key.reveal())]).toEqual([500, '[secret]']);
    expect(redacted('token-number-499-of-many')).toBe('[secret]');
    expect(redacted('token-number-1-of-many')).toBe('token-number-1-of-many');
  });
});

test('an account shows its last four characters', () => {
  expect([maskedAccount('12345678'), maskedAccount('123')]).toEqual(['…5678', '123']);
});
