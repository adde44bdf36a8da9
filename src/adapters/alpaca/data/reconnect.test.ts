import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DataServer, startDataServer, until, welcome } from './server.fixture.ts';
import { FAST, Heard, NOON } from './stream.fixture.ts';
import { AlpacaStream, DATA_STREAM_TERMS, type DataStreamTerms } from './stream.ts';

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

let server: DataServer;
let stream: AlpacaStream | null = null;
let heard: Heard;

beforeEach(async () => {
  server = await startDataServer();
  heard = new Heard();
});

afterEach(async () => {
  await stream?.close();
  stream = null;
  await server.close();
});

function open(terms: Partial<DataStreamTerms> = {}): AlpacaStream {
  stream = new AlpacaStream({
    url: `${server.client.dataStreamUrl}/v2/iex`,
    keys: server.client.keys,
    symbols: ['SPY'],
    listener: heard,
    ask: () => Promise.resolve([]),
    now: () => NOON,
    terms: { ...DATA_STREAM_TERMS, ...FAST, ...terms },
    chance: () => 1,
  });
  return stream;
}

describe('F089: connections', () => {
  test('a thousand reconnects leave one socket and one timer, and none after the end', async () => {
    const before = timers();
    let count = 0;
    server.connect = (socket) => {
      count += 1;
      welcome(socket, () => count <= 1_000 && setImmediate(() => socket.terminate()));
    };
    open({ backoffMs: 0, backoffMaxMs: 0, stableMs: 0 });
    await until(() => count > 1_000 && stream?.isUp === true, 50_000);
    expect(heard.ups).toBeGreaterThan(900);
    expect(heard.downs.length).toBeGreaterThanOrEqual(heard.ups - 1);
    await until(() => server.connections() === 1);
    expect(timers() - before).toBeLessThanOrEqual(3);
    await stream?.close();
    await until(() => server.connections() === 0 && timers() <= before);
  }, 60_000);

  test('pauses grow to their bound and begin anew after a connection that held', async () => {
    const at: number[] = [];
    server.connect = (socket, n) => {
      at.push(performance.now());
      if (n === 5) return welcome(socket, () => setTimeout(() => socket.terminate(), 60));
      socket.terminate();
    };
    open({ backoffMs: 10, backoffMaxMs: 80, stableMs: 40 });
    await until(() => at.length > 6, 10_000);
    const gaps = at.slice(1).map((next, i) => next - (at[i] as number));
    const least = [10, 20, 40, 80, 80, 70].map((ms) => ms - 2);
    expect(gaps.slice(0, 6).map((gap, i) => gap >= (least[i] as number))).toEqual(
      Array(6).fill(true),
    );
    expect(gaps[5]).toBeLessThan(140);
  });

  test('closing ends it whatever it is doing, and again does nothing', async () => {
    server.connect = () => undefined;
    const before = timers();
    open();
    expect(timers()).toBeGreaterThan(before);
    await stream?.close();
    await stream?.close();
    expect([stream?.isClosed, timers()]).toEqual([true, before]);
    await until(() => server.connections() === 0);
  });

  test('closing while it waits to connect again leaves no timer', async () => {
    server.connect = (socket) => socket.terminate();
    open({ backoffMs: 60_000, backoffMaxMs: 60_000 });
    await until(() => heard.downs.length > 0);
    const waiting = timers();
    await stream?.close();
    expect(timers()).toBe(waiting - 2); // the watch and the pause
  });
});
