import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deskOf, edited, errorOf, errorsIn, SAMPLE_DESK } from './desk.fixture.ts';
import { formatConfigErrors } from './error.ts';
import { plainOf } from './env.ts';
import { readConfig } from './read.ts';

function filled(text: string, env: Record<string, string>): unknown {
  const read = readConfig(text, 'desk.yaml');
  if (!read.ok) throw new Error(formatConfigErrors(read.error));
  const { value, errors } = plainOf(read.value, env);
  return errors.length > 0 ? formatConfigErrors(errors) : JSON.parse(JSON.stringify(value));
}

describe('a variable', () => {
  test.each([
    ['is replaced anywhere in a text', 'a: x-${A}-${B}', { A: '1', B: '2' }, { a: 'x-1-2' }],
    ['is replaced in quotes and lists', 'a: ["${A}", \'${A}\']', { A: '1' }, { a: ['1', '1'] }],
    ['is not looked into', 'a: ${A}', { A: '${B}', B: 'x' }, { a: '${B}' }],
    ['behind a second dollar sign is text', 'a: $${A}', { A: '1' }, { a: '${A}' }],
    ['is no variable without braces', 'a: $A', { A: '1' }, { a: '$A' }],
    ['is left alone in a key', '"${A}": 1', { A: '1' }, { '${A}': 1 }],
    ['keeps its dollar signs', 'a: ${A}', { A: "$& $1 $'" }, { a: "$& $1 $'" }],
  ])('%s', (_, text, env, wanted) => {
    expect(filled(text, env)).toEqual(wanted);
  });

  test.each([
    [
      'is not set',
      'a: ${HOST}',
      {},
      'desk.yaml:1:4: a: found "${HOST}", which is not set, wanted a variable of .env or of ' +
        'the environment',
    ],
    [
      'is empty',
      'a: ${HOST}',
      { HOST: '' },
      'desk.yaml:1:4: a: found "${HOST}", which is not set, wanted a variable of .env or of ' +
        'the environment',
    ],
    [
      'is misspelt',
      'a: ${HOTS}',
      { HOST: 'x' },
      'desk.yaml:1:4: a: found "${HOTS}", which is not set, wanted a variable of .env or of ' +
        'the environment; did you mean "${HOST}"?',
    ],
    [
      'has no name',
      'a: "${}"',
      {},
      'desk.yaml:1:4: a: found "${", wanted the name of a variable as "${NAME}"',
    ],
    [
      'has no end',
      'a: x${HOST',
      { HOST: 'x' },
      'desk.yaml:1:4: a: found "${", wanted the name of a variable as "${NAME}"',
    ],
  ])('that %s is refused', (_, text, env, message) => {
    expect(filled(text, env)).toBe(message);
  });

  test('that is missing is told once, without what follows from it', () => {
    expect(errorOf('      symbol: QQQ', '      symbol: ${SIGNAL}').key).toBe(
      'books.0.params.symbol',
    );
    expect(errorOf('name: sample-desk', 'name: ${NAME}').key).toBe('name');
    expect(errorOf('strategy: sample-trend', 'strategy: ${STRATEGY}').key).toBe('books.0.strategy');
  });

  test('gives an amount of money exactly', () => {
    const desk = deskOf(edited('capital: 100000', 'capital: ${CAPITAL}'), {
      env: { CAPITAL: '98765.432101' },
    });
    expect(desk.capital).toBe(98_765_432_101);
  });
});

/** Each line of the sample with a single value, and each value inside of its flow maps. */
function placesOfText(): string[] {
  const texts: string[] = [];
  for (const match of SAMPLE_DESK.matchAll(/: (?=[^\s{[#&])([^,}\n]+?)(?= ?[,}\n])/g)) {
    const at = (match.index ?? 0) + 2;
    texts.push(
      `${SAMPLE_DESK.slice(0, at)}"\${SECRET}"${SAMPLE_DESK.slice(at + (match[1] ?? '').length)}`,
    );
  }
  return texts;
}

test('a secret in the place of any value is in no message', () => {
  const places = placesOfText();
  expect(places.length).toBeGreaterThan(60);
  const secrets = fc.oneof(
    fc.string({ minLength: 6, maxLength: 40 }).map((text) => `k${text}`),
    fc.constantFrom(
      'zebra-zebra',
      'qqqq',
      'closed - 5m',
      'sample-trand',
      '99,999',
      'TRUEE',
      'smhx',
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...places), secrets, (text, secret) => {
      const message = formatConfigErrors(errorsIn(text, { env: { SECRET: secret } }));
      expect(message.toLowerCase()).not.toContain(secret.toLowerCase());
    }),
    { numRuns: 600 },
  );
});

test('a message that a strategy makes of a secret shows the name of the variable', () => {
  const text = edited('      symbol: QQQ', '      symbol: ${SIGNAL}');
  expect(formatConfigErrors(errorsIn(text, { env: { SIGNAL: 'SMH' } }))).toBe(
    'desk.yaml:6:1: data.${SIGNAL}: found nothing, wanted data for "${SIGNAL}", which book ' +
      '"trend" needs',
  );
});
