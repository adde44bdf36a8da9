import { afterEach, describe, expect, test } from 'vitest';
import type { DateText } from '../../../base/index.ts';
import { instantOn } from '../../../market/index.ts';
import { hasRecorded, recorded, until } from '../http.fixture.ts';
import { closeAll, ear, heartbeats, NOW, spy, ups, venue } from './stream.fixture.ts';
import { schwabNumber } from './fields.ts';
import { streamerInfoOf } from './link.ts';

afterEach(closeAll);

describe('a streamer in trouble', () => {
  test.each([
    ['is cut', (_: (frame: unknown) => void, cut: () => void) => cut()],
    ['sends half a frame', (tell: (frame: unknown) => void) => tell('{"data":[{"serv')],
    [
      'ends it',
      (tell: (frame: unknown) => void) =>
        tell({ notify: [{ service: 'ADMIN', content: { code: 30, msg: 'x' } }] }),
    ],
    [
      'has too many of us',
      (tell: (frame: unknown) => void) =>
        tell({ response: [{ service: 'ADMIN', requestid: 'x', content: { code: 12, msg: 'x' } }] }),
    ],
  ])('that %s is told once, and comes back', async (_, trouble) => {
    const { world, streamer, tell, sockets } = await venue();
    const { heard, listener } = ear();
    streamer.market(['SPY'], listener);
    await until(() => streamer.isUp);
    trouble(tell, () => [...sockets.clients].forEach((socket) => socket.terminate()));
    await until(() => ups(heard.states) === 2);
    expect(heard.states).toHaveLength(3);
    expect(heard.states[1]).toMatch(/^down: /);
    expect(world.connections).toHaveLength(2);
  });

  test('F018 one that is silent is left; heartbeats keep it', async () => {
    const { world, streamer, tell } = await venue({ frameAgeMaxMs: 60 });
    world.now = instantOn('2026-01-04' as DateText, '12:00');
    const { heard, listener } = ear();
    streamer.market(['SPY'], listener);
    await until(() => streamer.isUp);
    const beats = heartbeats(tell);
    await until(() => beats.count() > 20);
    expect(heard.states).toEqual(['up']);
    beats.stop();
    await until(() => heard.states.length > 1);
    expect(heard.states[1]).toMatch(/silent/);
  });

  test('F018 heartbeats without data are mute, but only in a session', async () => {
    const { world, streamer, tell, data } = await venue({ dataAgeMaxMs: 60, frameAgeMaxMs: 100 });
    world.now = instantOn('2026-01-05' as DateText, '08:00');
    const { heard, listener } = ear();
    streamer.market(['SPY'], listener);
    await until(() => streamer.isUp);
    const beats = heartbeats(tell);
    await until(() => beats.count() > 20);
    world.now = instantOn('2026-01-05' as DateText, '18:00');
    await until(() => beats.count() > 50);
    expect(heard.states).toEqual(['up']);
    data('LEVELONE_EQUITIES', spy);
    world.now = NOW;
    await until(() => heard.states.length > 1);
    expect(heard.states[1]).toMatch(/no data/);
  });

  test('a token that is denied is renewed before the next attempt', async () => {
    const { world, streamer } = await venue();
    world.answer = ({ service, parameters }) =>
      service !== 'ADMIN' ? 26 : parameters['Authorization'] === 'stream-token-0' ? 3 : 0;
    const { heard, listener } = ear();
    streamer.market(['SPY'], listener);
    await until(() => streamer.isUp);
    expect([world.renewed, world.connections.length]).toEqual([1, 2]);
    expect(heard.states.map((state) => state.slice(0, 4))).toEqual(['down', 'up']);
    expect(heard.states.join()).not.toContain('stream-token');
  });

  test('no answer, or a refusal of a symbol, is not up', async () => {
    const { world, streamer } = await venue({ answerMs: 30 });
    const { heard, listener } = ear();
    world.answer = ({ service }) => (service === 'ADMIN' ? null : 26);
    streamer.market(['SPY'], listener);
    await until(() => world.connections.length >= 2);
    expect(streamer.isUp).toBe(false);
    world.answer = ({ service }) => (service === 'ADMIN' ? 0 : 19);
    await until(() => world.requests.some(({ service }) => service !== 'ADMIN'));
    expect(heard.states.filter((state) => state === 'up')).toEqual([]);
    world.answer = ({ service }) => (service === 'ADMIN' ? 0 : 26);
    await until(() => streamer.isUp);
  });

  test('attempts come ever later, not in a storm', async () => {
    const { world, streamer } = await venue({ backoffMs: 40, backoffMaxMs: 10_000 });
    world.answer = () => 9;
    streamer.market(['SPY'], ear().listener);
    await until(() => world.connectedAt.length === 5);
    const waits = world.connectedAt.slice(1).map((at, i) => at - (world.connectedAt[i] as number));
    // Half of 80, 160, 320, 640 ms, as there is no chance here.
    [40, 80, 160, 320].forEach((least, i) => expect(waits[i]).toBeGreaterThan(least * 0.9));
  });
});

const why = hasRecorded ? '' : ' (recorded answers are not here)';

describe.skipIf(!hasRecorded)(`what was recorded${why}`, () => {
  test('frames are heard; quotes without the stamps that we ask for are not shown', async () => {
    const { streamer, tell, data } = await venue();
    const { heard, listener } = ear();
    streamer.market(['AMD', 'INTC', 'SPXW  251208C06880000'], listener);
    await until(() => streamer.isUp);
    for (const name of ['stream.levelone_equities', 'stream.levelone_options']) {
      for (const frame of recorded(name) as unknown[]) tell(frame);
    }
    const stamps = { 34: NOW, 35: NOW };
    data('LEVELONE_EQUITIES', { key: 'AMD', ...stamps }, { key: 'INTC', ...stamps });
    data('LEVELONE_OPTIONS', { key: 'SPXW  251208C06880000', 38: NOW });
    await until(() => heard.quotes.length === 3);
    expect(heard.quotes.map(({ symbol, bid, ask, last }) => [symbol, bid, ask, last])).toEqual([
      ['AMD', 217_860_000, 217_950_000, 217_930_000],
      ['INTC', 41_430_000, 41_440_000, 41_440_000],
      ['SPXW  251208C06880000', 10_200_000, 10_600_000, 10_600_000],
    ]);
  });

  test('account activity: every row of every frame, each number of it read', async () => {
    const { streamer, tell } = await venue();
    const rows: Record<string, unknown>[] = [];
    let isUp = false;
    streamer.activity({
      row: (row) => rows.push(row),
      up: () => (isUp = true),
      down: () => undefined,
    });
    await until(() => isUp);
    const frames = recorded('stream.acct_activity.place_route_fill') as unknown[];
    for (const frame of frames) tell(frame);
    await until(() => rows.length >= 4);
    expect(rows.slice(0, 3).map((row) => row['2'])).toEqual([
      'OrderCreated',
      'OrderAccepted',
      'ExecutionRequested',
    ]);
    const numbers: (string | null)[] = [];
    for (const row of rows) {
      JSON.parse(String(row['3']), (_, value: unknown) => {
        const isNumber = typeof value === 'object' && value !== null && 'signScale' in value;
        if (isNumber) numbers.push(schwabNumber(value));
        return value;
      });
    }
    expect(numbers).toContain('220.47');
    expect(numbers).toContain('-220.47');
    expect(numbers).not.toContain(null);
  });

  test('the recorded preferences lead to Schwab’s streamer', () => {
    const info = streamerInfoOf(recorded('user_preference'), new URL('https://api.schwabapi.com'));
    expect(info.url.hostname).toBe('streamer-api.schwab.com');
  });
});
