import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DateText, Instant } from '../../../base/index.ts';
import { instantOn } from '../../../market/index.ts';
import { NOW } from './stream.fixture.ts';
import { chartRow, knownQuote, mergeUpdate, schwabNumber } from './fields.ts';
import { streamerInfoOf } from './link.ts';

describe('where the streamer is', () => {
  const info = (streamerSocketUrl: string) => ({
    streamerInfo: [
      {
        streamerSocketUrl,
        schwabClientCustomerId: 'a',
        schwabClientCorrelId: 'b',
        schwabClientChannel: 'c',
        schwabClientFunctionId: 'd',
      },
    ],
  });
  const schwab = new URL('https://api.schwabapi.com');
  const here = new URL('http://127.0.0.1:1');

  test('Schwab leads to its own hosts, a server on this machine to this machine', () => {
    expect(streamerInfoOf(info('wss://streamer-api.schwab.com/ws'), schwab).channel).toBe('c');
    expect(streamerInfoOf(info('ws://127.0.0.1:9/ws'), here).url.port).toBe('9');
    const strange = [
      'ws://streamer-api.schwab.com/ws',
      'wss://schwab.com.evil.example',
      'wss://notschwab.com',
      'wss://127.0.0.1/',
      'x',
      '',
    ];
    for (const url of strange) {
      expect(() => streamerInfoOf(info(url), schwab)).toThrow(/streamer/);
    }
    expect(() => streamerInfoOf(info('wss://streamer-api.schwab.com/ws'), here)).toThrow(
      /streamer/,
    );
    expect(() => streamerInfoOf({}, schwab)).toThrow(/streamerSocketUrl/);
  });
});

describe('numbers of account activity', () => {
  test.each([
    [{ lo: '220470000', signScale: 12 }, '220.47'],
    [{ lo: '220470000', signScale: 13 }, '-220.47'],
    [{ lo: '1000000', signScale: 12 }, '1'],
    [{ lo: '200' }, '200'],
    [{ signScale: 12 }, '0'],
    [{ signScale: 13 }, '0'],
    [{ lo: 5, signScale: 2 }, '0.5'],
    [{ lo: '0', hi: 1, signScale: 0 }, '18446744073709551616'],
    [{}, null],
    [null, null],
    [7, null],
    ['7', null],
    [{ lo: '-1', signScale: 12 }, null],
    [{ lo: 'x' }, null],
    [{ lo: '1', signScale: 99 }, null],
    [{ lo: '1', signScale: -2 }, null],
    [{ lo: '99999999999999999999' }, null],
  ])('%j is %s', (value, text) => expect(schwabNumber(value)).toBe(text));

  test('any number of micro-dollars comes back exactly', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (micros) => {
        const signScale = 12 + (micros < 0 ? 1 : 0);
        const text = schwabNumber({ lo: String(Math.abs(micros)), signScale });
        expect(Math.round(Number(text) * 1e6) === micros || Math.abs(micros) > 1e15).toBe(true);
      }),
    );
  });
});

describe('what is known of a symbol', () => {
  test('F039 without the exchange’s stamps there is no quote, however fresh the frame', () => {
    const known = {};
    mergeUpdate(known, 'LEVELONE_EQUITIES', { 1: 10, 2: 11, 3: 10.5 });
    expect(knownQuote('SPY', 'LEVELONE_EQUITIES', known, NOW)).toBeNull();
    mergeUpdate(known, 'LEVELONE_EQUITIES', { 34: NOW, 35: NOW - 1 });
    expect(knownQuote('SPY', 'LEVELONE_EQUITIES', known, NOW)?.at).toBe(NOW - 1);
  });

  test('F040 no update, whatever is in it, makes a price of what is none', () => {
    const key = fc.constantFrom('1', '2', '3', '32', '34', '35', 'key', '__proto__');
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.anything()), { maxLength: 12 }), (fields) => {
        const known = {};
        mergeUpdate(known, 'LEVELONE_EQUITIES', { 3: 5, 34: NOW, 35: NOW });
        mergeUpdate(known, 'LEVELONE_EQUITIES', Object.fromEntries(fields));
        const quote = knownQuote('SPY', 'LEVELONE_EQUITIES', known, NOW);
        const last = quote?.last ?? 1;
        expect(Number.isSafeInteger(last) && last > 0).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('memory does not grow with updates, or with fields nobody asked for', () => {
    const known = {};
    for (let i = 0; i < 10_000; i++) mergeUpdate(known, 'LEVELONE_EQUITIES', { [i]: i, 1: i });
    expect(Object.keys(known).length).toBeLessThanOrEqual(6);
  });

  test('a minute out of the session, half a minute, or in the vendor’s own order is none', () => {
    const fields = { 1: 9, 2: 10, 3: 12, 4: 9, 5: 11, 6: 500, 7: NOW - 60_000 };
    expect(chartRow('SPY', fields, NOW)).toMatchObject({ open: 10_000_000, volume: 500 });
    const close = instantOn('2026-01-05' as DateText, '16:00');
    expect(chartRow('SPY', { ...fields, 7: close }, (close + 9e5) as Instant)).toBeNull();
    expect(chartRow('SPY', { ...fields, 7: NOW - 90_000 }, NOW)).toBeNull();
    const vendor = { 1: 10, 2: 12, 3: 9, 4: 11, 5: 500, 6: 9, 7: NOW - 60_000 };
    expect(chartRow('SPY', vendor, NOW)).toBeNull();
  });
});
