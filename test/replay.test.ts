import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, type Instant } from '../src/base/index.ts';
import {
  decodeInput,
  type Effect,
  encodeInput,
  type Input,
  newState,
  restoreState,
  saveState,
  type Setup,
  type State,
  stateDigest,
  step,
} from '../src/engine/index.ts';
import { auditLedger } from '../src/ledger/index.ts';
import { SlotPath } from './slot-path.ts';
import {
  BUILTIN_NAMES,
  costs,
  deskOf,
  dollars,
  markets,
  PLAIN_BROKER,
  seriesOf,
  shortBook,
} from './world.ts';

/** Orders take their time, slip, and one in five is rejected. */
const BROKER = {
  ...PLAIN_BROKER,
  costs: costs(1_000, 0.01),
  delayMs: [1_000, 20_000] as const,
  rejectionPpm: 200_000,
  randomSlippageBps: 5,
};

const desk = (names: readonly string[], restart: number | null = null): Setup =>
  deskOf(
    names.map((name, i) => shortBook(name, { name: `${name}-${i}`, restart })),
    { costs: BROKER.costs },
  );

const DESKS: readonly (readonly [string, Setup])[] = [
  ...BUILTIN_NAMES.map((name) => [name, desk([name])] as const),
  ['fresh hierarchical-adaptive', desk(['hierarchical-adaptive'], 45)],
  ['fresh trend-vix', desk(['trend-vix'], 45)],
  ['several books', desk(['hierarchical-adaptive', 'momentum', 'trend-vix'])],
];

/** What a person does, and what else moves the account, on some evenings. */
function evening(at: Instant, days: number): Input[] {
  const by = 'owner';
  switch (days % 11) {
    case 1:
      return [
        activity(at, days, { type: 'dividend', book: 0, symbol: 'QQQ', amount: dollars(12) }),
      ];
    case 3:
      return [activity(at, days, { type: 'transfer', book: 0, amount: dollars(500) })];
    case 5:
      return [activity(at, days, { type: 'fee', book: 0, amount: dollars(1) })];
    case 7:
      return [{ kind: 'command', command: 'halt', level: 'NO_NEW_RISK', at, by, reason: 'lunch' }];
    case 8:
      return [{ kind: 'command', command: 'resume', at, by, reason: 'back' }];
    default:
      return [{ kind: 'time', at }];
  }
}

type Activity = Extract<Input, { kind: 'activity' }>;
const activity = (at: Instant, days: number, what: object): Activity =>
  ({ kind: 'activity', at, id: `a${days}`, ...what }) as Activity;

/** All that happened to a desk in half a year, as it came. */
function recorded(setup: Setup, seed: number): Input[] {
  const series = seriesOf(setup, markets(seed, '2023-01-03', '2023-06-30'));
  return new SlotPath(setup, series, { ...BROKER, seed }, evening).live().inputs;
}

/** Takes `inputs` in; the effects of each as text. */
const play = (setup: Setup, state: State, inputs: readonly Input[]): string[] =>
  inputs.map((input) => canonical(step(setup, state, input)));

const throughText = (input: Input): Input =>
  decodeInput(JSON.parse(canonical(encodeInput(input))) as unknown);

/** How many inputs come before each report: an order is under way there. */
const betweenReports = (inputs: readonly Input[]): number[] =>
  inputs.flatMap(({ kind }, i) => (kind === 'report' ? [i] : []));

const seeds = fc.integer({ min: 1, max: 50 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe.each(DESKS)('%s', (_, setup) => {
  test('folded twice, the same inputs give the same effects and the same state', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const inputs = recorded(setup, seed);
        const [one, two] = [newState(setup), newState(setup)];
        expect(play(setup, one, inputs)).toEqual(play(setup, two, inputs));
        expect(stateDigest(one)).toBe(stateDigest(two));
      }),
      { numRuns: 3 },
    );
  });

  test('through the journal’s text and back, an input does the same', () => {
    const inputs = recorded(setup, 4);
    const [one, two] = [newState(setup), newState(setup)];
    expect(play(setup, two, inputs.map(throughText))).toEqual(play(setup, one, inputs));
    expect(stateDigest(two)).toBe(stateDigest(one));
    for (const input of inputs) {
      expect(canonical(encodeInput(throughText(input)))).toBe(canonical(encodeInput(input)));
    }
  });

  test('saved and restored after any input, it goes on as if nothing had been', () => {
    fc.assert(
      fc.property(seeds, share, fc.boolean(), (seed, part, between) => {
        const inputs = recorded(setup, seed);
        const cuts = between ? betweenReports(inputs) : inputs.map((_, i) => i);
        const cut = cuts[Math.floor(part * (cuts.length - 1))] ?? 0;
        const whole = newState(setup);
        play(setup, whole, inputs.slice(0, cut));
        const text = saveState(whole);
        const resumed = restoreState(setup, text);
        expect(saveState(resumed)).toBe(text);
        const rest = inputs.slice(cut);
        expect(play(setup, resumed, rest)).toEqual(play(setup, whole, rest));
        expect(saveState(resumed)).toBe(saveState(whole));
      }),
      { numRuns: 15 },
    );
  });

  test('ledgers are in balance after every input, and restored ones too', () => {
    const state = newState(setup);
    for (const input of recorded(setup, 9)) {
      step(setup, state, input);
      for (const { ledger } of state.books) auditLedger(ledger);
    }
    const restored = restoreState(setup, saveState(state));
    for (const { ledger } of restored.books) auditLedger(ledger);
    expect(restored.books.map(({ ledger }) => ledger)).toEqual(
      state.books.map(({ ledger }) => ledger),
    );
  });
});

test('among the prefixes are plans with an order in flight, and halts', () => {
  const setup = desk(['hierarchical-adaptive']);
  const state = newState(setup);
  const seen = new Set<string>();
  for (const input of recorded(setup, 4)) {
    step(setup, state, input);
    if (state.books[0]?.work !== null) seen.add('in a plan');
    for (const order of state.orders.live.values()) seen.add(order.status);
    for (const order of state.orders.done.values()) seen.add(order.status);
    seen.add(state.halt);
  }
  expect([...seen]).toEqual(
    expect.arrayContaining(['in a plan', 'inFlight', 'working', 'filled', 'rejected']),
  );
  expect([...seen]).toContain('NO_NEW_RISK');
});

describe('step', () => {
  const setup = desk(['momentum']);

  test('refuses an input that lies in the past, and takes nothing of it', () => {
    const state = newState(setup);
    step(setup, state, { kind: 'time', at: 1_000 as Instant });
    const before = saveState(state);
    const late: Input = { kind: 'close', at: 999 as Instant, date: '2024-01-05' as never };
    expect(() => step(setup, state, late)).toThrow('Input "close"');
    expect(saveState(state)).toBe(before);
  });

  test.each([Number.NaN, undefined])('refuses an instant that is "%s"', (at) => {
    const state = newState(setup);
    expect(() => step(setup, state, { kind: 'time', at: at as Instant })).toThrow('Input "time"');
  });

  test('gives each input’s effects in a list of its own', () => {
    const state = newState(setup);
    const at = 1_000 as Instant;
    const halt: Input = {
      kind: 'command',
      command: 'halt',
      level: 'STOP',
      at,
      by: 'me',
      reason: 'x',
    };
    const first: readonly Effect[] = step(setup, state, halt);
    const kept = canonical(first);
    expect(step(setup, state, { kind: 'time', at })).toEqual([]);
    expect(canonical(first)).toBe(kept);
  });
});
