import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BrokerName, type Endpoint, type Meaning, meaningOf, REPLY_TABLE } from './reply.ts';

const BROKERS = Object.keys(REPLY_TABLE) as BrokerName[];
const ENDPOINTS = Object.keys(REPLY_TABLE.alpaca) as Endpoint[];
const everywhere = BROKERS.flatMap((broker) =>
  ENDPOINTS.map((endpoint) => [broker, endpoint] as const),
);

describe('what a reply means (F004, F005)', () => {
  test.each<[BrokerName, Endpoint, number, Meaning]>([
    ['alpaca', 'submit', 200, 'accepted'],
    ['alpaca', 'submit', 403, 'refused'],
    ['alpaca', 'submit', 422, 'refused'],
    ['alpaca', 'submit', 401, 'unauthorized'],
    ['alpaca', 'submit', 404, 'unknown'],
    ['alpaca', 'cancel', 204, 'accepted'],
    ['alpaca', 'cancel', 422, 'refused'],
    ['alpaca', 'find', 404, 'notFound'],
    ['schwab', 'submit', 201, 'accepted'],
    ['schwab', 'submit', 400, 'refused'],
    ['schwab', 'submit', 404, 'unknown'],
    ['schwab', 'submit', 422, 'unknown'],
    ['schwab', 'find', 404, 'notFound'],
    ['schwab', 'cancel', 400, 'refused'],
    ['simulator', 'submit', 409, 'duplicate'],
    ['simulator', 'list', 404, 'unknown'],
    ['simulator', 'account', 401, 'unauthorized'],
  ])('%s, %s: %s with its body is %s', (broker, endpoint, status, meaning) => {
    expect(meaningOf(broker, endpoint, status, true)).toBe(meaning);
  });

  test.each(everywhere)('%s, %s: a gateway says nothing, whatever its status', (...where) => {
    for (let status = 100; status < 600; status++) {
      const meaning = meaningOf(...where, status, false, 'client_order_id must be unique');
      const taken = where[1] === 'cancel' && (status === 200 || status === 204);
      expect(meaning).toBe(taken ? meaning : 'unknown');
    }
    expect(meaningOf('schwab', 'cancel', 200, false)).toBe('accepted');
  });

  test.each(everywhere)('%s, %s: what is not documented is unknown', (...where) => {
    for (const status of [
      0, 202, 206, 301, 302, 402, 405, 408, 425, 429, 500, 502, 503, 504, 599,
    ]) {
      expect(meaningOf(...where, status, true)).toBe('unknown');
    }
  });

  test('no status but success is ever success, and none of a reading is a refusal', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...everywhere),
        fc.integer({ min: -1, max: 999 }),
        fc.boolean(),
        ([broker, endpoint], status, body) => {
          const meaning = meaningOf(broker, endpoint, status, body);
          const isSuccess = status >= 200 && status < 300;
          expect(meaning === 'accepted' && !isSuccess).toBe(false);
          const reads = endpoint === 'find' || endpoint === 'list' || endpoint === 'account';
          expect(reads && (meaning === 'refused' || meaning === 'duplicate')).toBe(false);
        },
      ),
    );
  });
});

describe('an id that is taken (F003)', () => {
  test.each([
    'client_order_id must be unique',
    'client order id already exists',
    'Duplicate client_order_id',
    'duplicate order',
  ])('"%s" is no refusal: the order is there', (message) => {
    expect(meaningOf('alpaca', 'submit', 422, true, message)).toBe('duplicate');
    expect(meaningOf('alpaca', 'submit', 502, true, message)).toBe('unknown');
    expect(meaningOf('alpaca', 'cancel', 422, true, message)).toBe('refused');
  });

  test('an ordinary refusal stays one', () => {
    const message = 'insufficient qty available for order (requested: 1, available: 0)';
    expect(meaningOf('alpaca', 'submit', 403, true, message)).toBe('refused');
  });
});

const SEEN = '../shared/specs/brokers/fixtures';
const hasSeen = existsSync(`${SEEN}/alpaca/errors.seen.json`);
const why = hasSeen ? '' : ` (skipped: no ${SEEN})`;

interface Seen {
  readonly http: number;
  readonly endpoint?: string;
  readonly body: { readonly message?: string };
}

const seenOf = (broker: BrokerName): Seen[] =>
  JSON.parse(readFileSync(`${SEEN}/${broker}/errors.seen.json`, 'utf8')) as Seen[];

test.skipIf(!hasSeen)(`recorded errors mean what the broker meant${why}`, () => {
  for (const { http, body } of seenOf('alpaca')) {
    expect(meaningOf('alpaca', 'submit', http, true, body.message)).toBe('refused');
  }
  const schwab = seenOf('schwab').filter(({ endpoint }) => endpoint === undefined);
  const meanings = schwab.map(({ http }) => meaningOf('schwab', 'submit', http, true));
  expect(meanings).toEqual(['unauthorized', 'unknown', 'unknown']);
});
