import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../http.fixture.ts';
import { closeAll, ear, NOW, spy, ups, venue } from './stream.fixture.ts';

afterEach(closeAll);

describe('the streamer', () => {
  test('signs in, subscribes each symbol where it is quoted, and shows quotes', async () => {
    const { world, streamer, data } = await venue();
    const { heard, listener } = ear();
    streamer.market(['SPY', 'VIX', 'BRK.B', 'SPY   260116C00500000'], listener);
    await until(() => streamer.isUp);
    const [login, ...subscriptions] = world.requests;
    expect(login).toMatchObject({
      service: 'ADMIN',
      command: 'LOGIN',
      SchwabClientCustomerId: 'CUSTOMER',
      SchwabClientCorrelId: 'CORREL',
      parameters: {
        Authorization: 'stream-token-0',
        SchwabClientChannel: 'N9',
        SchwabClientFunctionId: 'APIAPP',
      },
    });
    expect(
      subscriptions.map(({ service, command, parameters }) => [
        service,
        command,
        parameters['keys'],
      ]),
    ).toEqual([
      ['LEVELONE_EQUITIES', 'SUBS', 'SPY,$VIX,BRK/B'],
      ['LEVELONE_OPTIONS', 'SUBS', 'SPY   260116C00500000'],
      ['CHART_EQUITY', 'SUBS', 'SPY,$VIX,BRK/B'],
    ]);
    data('LEVELONE_EQUITIES', spy, { ...spy, key: 'BRK/B' });
    await until(() => heard.quotes.length === 2);
    expect(heard.quotes[0]).toEqual({
      symbol: 'SPY',
      at: NOW - 900,
      sidesAt: NOW - 500,
      receivedAt: NOW,
      last: 500_110_000,
      bid: 500_100_000,
      ask: 500_120_000,
    });
    expect(heard.quotes[1]?.symbol).toBe('BRK.B');
    expect(heard.states).toEqual(['up']);
  });

  test('a field not sent keeps its last value; nothing outlives its connection', async () => {
    const { streamer, data, sockets } = await venue();
    const { heard, listener } = ear();
    streamer.market(['SPY'], listener);
    await until(() => streamer.isUp);
    data('LEVELONE_EQUITIES', spy);
    data('LEVELONE_EQUITIES', { key: 'SPY', 1: 500.11, 34: NOW - 100 });
    await until(() => heard.quotes.length === 2);
    expect(heard.quotes[1]).toMatchObject({ bid: 500_110_000, ask: 500_120_000, at: NOW - 900 });
    for (const socket of sockets.clients) socket.terminate();
    await until(() => ups(heard.states) === 2);
    data('LEVELONE_EQUITIES', { key: 'SPY', 1: 501 });
    data('LEVELONE_EQUITIES', spy);
    await until(() => heard.quotes.length === 3);
    expect(heard.quotes[2]?.bid).toBe(500_100_000);
  });

  test('F045 a halt is told, has no price, and ends', async () => {
    const { streamer, data } = await venue();
    const { heard, listener } = ear();
    streamer.market(['SPY'], listener);
    await until(() => streamer.isUp);
    data('LEVELONE_EQUITIES', { ...spy, 32: 'Halted' });
    data('LEVELONE_EQUITIES', { key: 'SPY', 3: 499 });
    data('LEVELONE_EQUITIES', { key: 'SPY', 32: 'Normal' });
    await until(() => heard.halts.length === 2);
    expect(heard.halts).toEqual([
      ['SPY', true],
      ['SPY', false],
    ]);
    expect(heard.quotes.map(({ last }) => last)).toEqual([499_000_000]);
  });

  test('F044 what was not asked for, or is no content, is not shown', async () => {
    const { streamer, data, tell } = await venue();
    const { heard, listener } = ear();
    streamer.market(['SPY'], listener);
    await until(() => streamer.isUp);
    data('LEVELONE_EQUITIES', { ...spy, key: 'QQQ' }, { ...spy, key: 7 });
    data('LEVELONE_OPTIONS', spy);
    data('SCREENER', spy);
    tell({ data: [null, 7, { service: 'LEVELONE_EQUITIES', content: 'x' }] });
    data('LEVELONE_EQUITIES', spy);
    await until(() => heard.quotes.length > 0);
    expect(heard.quotes).toHaveLength(1);
  });

  test('completed minutes come once, stamped with their end', async () => {
    const { streamer, data } = await venue();
    const { heard, listener } = ear();
    streamer.market(['SPY'], listener);
    await until(() => streamer.isUp);
    const minute = (time: number) => ({
      key: 'SPY',
      1: 9,
      2: 10,
      3: 12,
      4: 9,
      5: 11,
      6: 500,
      7: time,
    });
    data(
      'CHART_EQUITY',
      minute(NOW - 60_000),
      minute(NOW - 60_000),
      minute(NOW),
      minute(NOW - 120_000),
    );
    data('LEVELONE_EQUITIES', spy);
    await until(() => heard.quotes.length === 1);
    expect(heard.bars.map(({ at, volume }) => [at, volume])).toEqual([[NOW, 500]]);
  });

  test('account activity is handed on as it came, over the same connection', async () => {
    const { world, streamer, data } = await venue();
    const rows: unknown[] = [];
    const states: string[] = [];
    const activity = {
      row: (row: unknown) => rows.push(row),
      up: () => states.push('up'),
      down: (reason: string) => states.push(reason),
    };
    streamer.market(['SPY'], ear().listener);
    const stream = streamer.activity(activity);
    await until(() => states.length > 0);
    const row = { key: 'Account Activity', seq: 1, 1: '1', 2: 'OrderCreated', 3: '{}' };
    data('ACCT_ACTIVITY', row, row);
    await until(() => rows.length === 2);
    expect(rows).toEqual([row, row]);
    expect(world.connections).toHaveLength(1);
    await stream.close();
    data('ACCT_ACTIVITY', row);
    await until(() => world.requests.at(-1)?.command === 'UNSUBS');
    expect(rows).toHaveLength(2);
  });

  test('who joins later is shown what is known; what nobody wants is given up', async () => {
    const { world, streamer, data } = await venue();
    const first = ear();
    const stream = streamer.market(['SPY'], first.listener);
    await until(() => streamer.isUp);
    data('LEVELONE_EQUITIES', spy);
    await until(() => first.heard.quotes.length === 1);
    const second = ear();
    const { bar: _, ...withoutBars } = second.listener;
    streamer.market(['SPY', 'QQQ'], withoutBars);
    await until(() => second.heard.states.length === 1);
    expect(second.heard.quotes.map(({ symbol }) => symbol)).toEqual(['SPY']);
    expect(world.requests.at(-1)).toMatchObject({ command: 'ADD', parameters: { keys: 'QQQ' } });
    await stream.close();
    await until(() => world.requests.at(-1)?.command === 'UNSUBS');
    expect(world.requests.at(-1)).toMatchObject({
      service: 'CHART_EQUITY',
      parameters: { keys: 'SPY' },
    });
    expect(first.heard.states).toEqual(['up']);
  });

  test('the last one to leave ends the connection, and a new one opens it again', async () => {
    const { world, streamer, sockets } = await venue();
    const { heard, listener } = ear();
    const stream = streamer.market(['SPY'], listener);
    await until(() => streamer.isUp);
    await stream.close();
    await until(() => sockets.clients.size === 0);
    expect(heard.states).toEqual(['up']);
    expect(streamer.isUp).toBe(false);
    streamer.market(['SPY'], listener);
    await until(() => streamer.isUp);
    expect(world.connections).toHaveLength(2);
    await streamer.close();
    await until(() => sockets.clients.size === 0);
  });

  test('a party that joins while the connection opens is not forgotten', async () => {
    const { world, streamer } = await venue();
    const [first, second] = [ear(), ear()];
    streamer.market(['SPY'], first.listener);
    let joined = false;
    world.answer = ({ service }) => {
      if (service !== 'ADMIN' && !joined) {
        joined = true;
        streamer.market(['QQQ'], second.listener);
      }
      return service === 'ADMIN' ? 0 : 26;
    };
    await until(() => first.heard.states.length > 0 && second.heard.states.length > 0);
    expect([first.heard.states, second.heard.states]).toEqual([['up'], ['up']]);
    expect(world.requests.some(({ parameters }) => parameters['keys'] === 'QQQ')).toBe(true);
  });
});
