import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import type { DateText, Instant } from '../../../base/index.ts';
import { instantOn, type Quote } from '../../../market/index.ts';
import { type DataServer, startDataServer, tell, until, welcome } from './server.fixture.ts';
import { FAST, Heard, NOON, quote, stamp, told, trade } from './stream.fixture.ts';
import { AlpacaStream, DATA_STREAM_TERMS, type DataStreamTerms } from './stream.ts';

let server: DataServer;
let stream: AlpacaStream | null = null;
let heard: Heard;
let now: Instant;
let asked: string[][];
let answer: (symbols: readonly string[]) => Promise<readonly Quote[]>;

beforeEach(async () => {
  server = await startDataServer();
  heard = new Heard();
  now = NOON;
  asked = [];
  answer = () => Promise.resolve([]);
});

afterEach(async () => {
  await stream?.close();
  stream = null;
  await server.close();
});

function open(
  terms: Partial<DataStreamTerms> = {},
  symbols: readonly string[] = ['SPY'],
): AlpacaStream {
  stream = new AlpacaStream({
    url: `${server.client.dataStreamUrl}/v2/iex`,
    keys: server.client.keys,
    symbols,
    listener: heard,
    ask: (some) => {
      asked.push([...some]);
      return answer(some);
    },
    now: () => now,
    terms: { ...DATA_STREAM_TERMS, ...FAST, ...terms },
    chance: () => 1,
  });
  return stream;
}

/** The stream stands, with the server's side of it. */
async function stands(terms: Partial<DataStreamTerms> = {}, symbols = ['SPY']): Promise<WebSocket> {
  let theirs: WebSocket | null = null;
  server.connect = (socket) => welcome(socket, () => (theirs = socket));
  open(terms, symbols);
  await until(() => heard.ups === 1);
  return theirs as unknown as WebSocket;
}

describe('sign-in and subscription', () => {
  test('it signs in, subscribes to what is heard, and is up when that is confirmed', async () => {
    const said: Record<string, unknown>[] = [];
    server.connect = (socket) => {
      socket.on('message', (data) => said.push(JSON.parse((data as Buffer).toString())));
      welcome(socket);
    };
    open({}, ['SPY', 'BRK.B']);
    await until(() => heard.ups === 1);
    const both = ['SPY', 'BRK.B'];
    const { keyId, secret } = server.client.keys;
    expect(said).toEqual([
      { action: 'auth', key: keyId.reveal(), secret: secret.reveal() },
      {
        action: 'subscribe',
        trades: both,
        quotes: both,
        bars: both,
        updatedBars: both,
        statuses: both,
      },
    ]);
    expect(asked).toEqual([both]);
    expect(heard.downs).toEqual([]);
  });

  test('many symbols go in batches, and it is up with the last one', async () => {
    const symbols = Array.from({ length: 900 }, (_, i) => `S${i}`);
    const all: string[] = [];
    server.connect = (socket) => {
      tell(socket, { T: 'success', msg: 'connected' });
      socket.on('message', (data) => {
        const message = JSON.parse((data as Buffer).toString()) as {
          action: string;
          trades: string[];
        };
        if (message.action === 'auth') return tell(socket, { T: 'success', msg: 'authenticated' });
        all.push(...message.trades);
        const channels = ['trades', 'quotes', 'bars', 'updatedBars', 'statuses'];
        tell(socket, { T: 'subscription', ...Object.fromEntries(channels.map((c) => [c, all])) });
      });
    };
    open({}, symbols);
    await until(() => heard.ups === 1);
    expect([all.length, heard.downs]).toEqual([900, []]);
  });

  test('a subscription without one of the symbols is not taken for one', async () => {
    server.connect = (socket) => {
      tell(socket, { T: 'success', msg: 'connected' });
      socket.on('message', () => {
        tell(
          socket,
          { T: 'success', msg: 'authenticated' },
          { T: 'subscription', trades: ['SPY'] },
        );
      });
    };
    open();
    await until(() => heard.downs.length > 0);
    expect(heard.downs[0]).toContain('without quotes of SPY');
    expect(heard.ups).toBe(0);
  });

  test.each([
    [402, 'does not take these keys'],
    [405, 'does not allow that many symbols'],
    [406, 'have a connection already'],
    [409, 'does not include this feed'],
    [407, 'read too slowly'],
    [999, 'nothing is known'],
  ])('error %i is told in words, once for all its repetitions', async (code, words) => {
    let count = 0;
    server.connect = (socket) => {
      count += 1;
      tell(socket, { T: 'error', code, msg: 'no' });
    };
    open();
    await until(() => count > 3);
    expect(heard.downs).toHaveLength(1);
    expect(heard.downs[0]).toContain(words);
    expect(heard.ups).toBe(0);
  });

  test('a server that never confirms, and one that is not there, are told', async () => {
    server.connect = () => undefined;
    open({ connectMs: 30 });
    await until(() => heard.downs.length > 0);
    expect(heard.downs[0]).toContain('did not confirm');
    await stream?.close();
    const port = await freePort();
    stream = new AlpacaStream({
      url: `ws://127.0.0.1:${port}/v2/iex`,
      keys: server.client.keys,
      symbols: ['SPY'],
      listener: heard,
      ask: answer,
      now: () => now,
      terms: { ...DATA_STREAM_TERMS, ...FAST },
    });
    await until(() => heard.downs.some((reason) => reason.includes('the connection failed')));
  });

  test('options and no symbols at all are refused', () => {
    expect(() => open({}, ['SPY240621C00500000'])).toThrow('not on the stock stream');
    expect(() => open({}, [])).toThrow('no symbols');
  });
});

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as { port: number };
  await new Promise((done) => probe.close(done));
  return port;
}

describe('messages', () => {
  test('a quote waits for a last price, and is as old as the older of both', async () => {
    const socket = await stands();
    tell(socket, quote(NOON - 900), quote(NOON - 800));
    tell(socket, trade(NOON - 850));
    await until(() => heard.trades.length === 1);
    tell(socket, quote(NOON - 700, 0, 11));
    await until(() => heard.quotes.length === 2);
    expect(heard.quotes).toMatchObject([
      { at: NOON - 850, last: 10_500_000, bid: 10e6, ask: 11e6, receivedAt: NOON },
      { at: NOON - 850, bid: null, ask: 11e6 },
    ]);
  });

  test('the last price may come from asking, as after each connection', async () => {
    answer = () => Promise.resolve([told(NOON - 5_000)]);
    const socket = await stands();
    await until(() => asked.length === 1);
    tell(socket, quote(NOON - 100));
    await until(() => heard.quotes.length === 1);
    expect(heard.quotes[0]).toMatchObject({ at: NOON - 5_000, last: 10_500_000, bid: 10e6 });
  });

  test('what is out of sequence, suspect or of another symbol is not the last price', async () => {
    const socket = await stands();
    tell(socket, trade(NOON - 500));
    tell(socket, trade(NOON - 900, 99), trade(NOON - 100, 98, { c: ['Z'] }));
    tell(socket, trade(NOON - 90, 97, { S: 'QQQ' }), quote(NOON - 50), quote(NOON - 60, 1, 2));
    await until(() => heard.quotes.length === 1);
    expect(heard.quotes[0]).toMatchObject({ last: 10_500_000, bid: 10e6 });
    expect(heard.trades.map(({ suspect }) => suspect)).toEqual([false, true, true]);
    await until(() => stream?.counts.unread === 1);
  });

  test('F039: a stamp yet to come is none, and does not make the next look late', async () => {
    const socket = await stands();
    tell(socket, trade(NOON + 3_600_000, 99), quote(NOON + 3_600_000, 1, 2));
    tell(socket, trade(NOON - 100), quote(NOON - 50));
    await until(() => heard.quotes.length === 1);
    expect(heard.quotes[0]).toMatchObject({ last: 10_500_000, bid: 10e6 });
    expect(heard.trades).toMatchObject([{ price: 10_500_000, suspect: false }]);
    expect(stream?.counts.unread).toBe(2);
  });

  test('a canceled last print is forgotten, a corrected one follows its correction', async () => {
    const socket = await stands();
    tell(socket, trade(NOON - 500), { T: 'x', S: 'SPY', i: 1, p: 10.5, s: 100, t: stamp(NOON) });
    tell(socket, quote(NOON - 400), trade(NOON - 300, 12, { i: 2 }));
    await until(() => heard.quotes.length === 1);
    expect(heard.quotes[0]?.last).toBe(12e6);
    const right = { cp: 13, cs: 1, cc: ['@'], ci: 3, oi: 2, op: 12, os: 1, oc: ['@'], z: 'B' };
    tell(socket, { T: 'c', S: 'SPY', t: stamp(NOON - 200), ...right }, quote(NOON - 100));
    await until(() => heard.quotes.length === 2);
    expect(heard.quotes[1]?.last).toBe(13e6);
    expect(heard.trades.at(-1)).toMatchObject({ price: 13e6, suspect: true });
    const unreadable = { ...right, oi: 3, ci: 4, cp: 'NaN' };
    tell(socket, { T: 'c', S: 'SPY', t: stamp(NOON - 90), ...unreadable }, quote(NOON - 80));
    tell(socket, trade(NOON - 70, 14, { i: 5 }));
    await until(() => heard.quotes.length === 3);
    expect(heard.quotes[2]?.last).toBe(14e6);
  });

  test('bars are stamped with their end; today’s bar so far is none', async () => {
    const socket = await stands();
    const bar = { T: 'b', S: 'SPY', o: 10, h: 12, l: 9, c: 11, v: 5 };
    tell(socket, { ...bar, t: stamp(instantOn('2024-06-05' as DateText, '09:00')) });
    tell(socket, { ...bar, T: 'd', t: '2024-06-05T04:00:00Z' });
    tell(socket, { ...bar, t: stamp(NOON + 3_600_000) });
    tell(
      socket,
      { ...bar, t: stamp(NOON - 60_000) },
      { ...bar, T: 'u', c: 10, t: stamp(NOON - 60_000) },
    );
    await until(() => heard.bars.length === 2);
    expect(heard.bars).toMatchObject([
      { at: NOON, close: 11e6 },
      { at: NOON, close: 10e6 },
    ]);
  });

  test('F045: halts and resumptions are told with their reasons', async () => {
    const socket = await stands();
    const status = { T: 's', S: 'SPY', t: stamp(NOON), z: 'C' };
    tell(socket, { ...status, sc: '2', sm: 'Trading Halt', rc: 'T1', rm: 'Halt News Pending' });
    tell(socket, { ...status, sc: '7', sm: 'Imbalance' }, { ...status, sc: 'T', sm: '', rm: '' });
    await until(() => heard.halts.length === 2);
    expect(heard.halts).toEqual([
      'SPY true Trading Halt: Halt News Pending',
      'SPY false trading status "T"',
    ]);
  });

  test('what cannot be read is counted, and ends nothing', async () => {
    const socket = await stands();
    for (const text of [
      '',
      '{',
      'null',
      '[null]',
      '[[]]',
      '7',
      '[{"T":"?","S":"SPY"}]',
      '{"S":7}',
    ]) {
      socket.send(text);
    }
    socket.send(Buffer.from([0xc1, 0xff]));
    tell(socket, trade(NOON - 1));
    await until(() => heard.trades.length === 1);
    expect(stream?.counts).toEqual({ taken: 1, unread: 9 });
    expect(heard.downs).toEqual([]);
  });
});

describe('F018: connected but mute', () => {
  const patience = { quietMs: 20, staleMs: 60 };

  test('silence without an answer to questions is down, then it connects again', async () => {
    answer = () => Promise.reject(new Error('no answer'));
    await stands(patience);
    await until(() => heard.ups > 1);
    expect(heard.downs[0]).toBe('connected, but no data for more than 60 ms');
  });

  test('an answer that knows more than the stream ends it', async () => {
    answer = () => Promise.resolve([told(NOON - 60_000)]);
    await stands({ ...patience, staleMs: 60_000 });
    await until(() => asked.length > 2);
    expect(heard.downs).toEqual([]);
    answer = () => Promise.resolve([told(NOON - 1_000)]);
    await until(() => heard.downs.length > 0);
    expect(heard.downs[0]).toBe('connected, but messages of "SPY" are being lost');
    answer = () => Promise.resolve([told(NOON)]);
    await until(() => heard.ups > 1);
  });

  test('a market that is as quiet as the stream is no fault of the stream', async () => {
    answer = () => Promise.resolve([told(NOON - 60_000)]);
    await stands(patience);
    await until(() => asked.length > 10);
    expect(heard.downs).toEqual([]);
  });

  test('old data that keeps coming is not fresh data', async () => {
    answer = () => Promise.resolve([told(NOON - 600_000)]);
    const socket = await stands({ ...patience, staleMs: 60_000 });
    const repeat = setInterval(() => tell(socket, trade(NOON - 600_000)), 5);
    await until(() => asked.length > 2);
    answer = () => Promise.resolve([told(NOON)]);
    await until(() => heard.downs.length > 0);
    clearInterval(repeat);
    expect(heard.downs[0]).toContain('being lost');
  });

  test('one symbol that is lost among others is found', async () => {
    const at = (symbol: string, when: number) => ({ ...told(when), symbol });
    const quiet = NOON - 60_000;
    answer = () => Promise.resolve([at('SPY', quiet), at('QQQ', quiet)]);
    const socket = await stands(patience, ['SPY', 'QQQ']);
    const repeat = setInterval(() => {
      now = (now + 5) as Instant;
      tell(socket, trade(now, 10, { S: 'QQQ' }));
    }, 5);
    await until(() => asked.some((some) => some.join() === 'SPY'));
    expect(heard.downs).toEqual([]);
    answer = () => Promise.resolve([at('SPY', now)]);
    await until(() => heard.downs.length > 0);
    clearInterval(repeat);
    expect(heard.downs[0]).toContain('"SPY"');
  });

  test('outside of the session silence is expected, as long as pings are answered', async () => {
    now = instantOn('2024-06-05' as DateText, '18:00');
    const socket = await stands({ ...patience, deadMs: 90 });
    let pings = 0;
    socket.on('ping', () => (pings += 1));
    await until(() => pings > 5);
    expect([heard.downs, asked.length]).toEqual([[], 1]);
    socket.removeAllListeners('ping');
    socket.pause();
    await until(() => heard.downs.length > 0);
    expect(heard.downs[0]).toContain('nothing at all for');
  });
});
