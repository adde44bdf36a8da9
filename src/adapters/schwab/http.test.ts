import { afterEach, describe, expect, test } from 'vitest';
import { type Instant, MINUTE_MS } from '../../base/index.ts';
import { BudgetExhausted, RequestBudget } from '../budget.ts';
import { HTTP_TERMS, NotSent } from '../http.ts';
import { redacted, Secret } from '../secret.ts';
import { SchwabData } from './data/data.ts';
import {
  alone,
  type Answer,
  APP,
  type Got,
  hasRecorded,
  loopback,
  recorded,
  tokenFolder,
  tokenSet,
} from './http.fixture.ts';
import { connectSchwab, originOf, SCHWAB_BUDGET } from './http.ts';
import { problemOf } from './http-json.ts';

const START = Date.UTC(2026, 0, 5, 14, 0) as Instant;
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const TOKEN_PATH = '/v1/oauth/token';

/** A broker on loopback whose token endpoint gives one token after the other. */
async function broker(answer: (got: Got, index: number) => Answer) {
  let renewals = 0;
  const server = await loopback((got, index) => {
    if (got.path !== TOKEN_PATH) return answer(got, index);
    renewals += 1;
    return { json: { access_token: `renewed-token-${renewals}`, expires_in: 1_800 } };
  });
  closers.push(() => server.close());
  const folder = tokenFolder(tokenSet({ createdAt: START }));
  closers.push(folder.remove);
  const world = { now: (START + 10 * MINUTE_MS) as number };
  const { origin } = server;
  const terms = { ...HTTP_TERMS, timeoutMs: 500 };
  const now = () => world.now as Instant;
  const connection = connectSchwab({
    app: APP,
    tokenPath: folder.path,
    claim: alone,
    now,
    origin,
    terms,
  });
  closers.push(() => connection.close());
  const { http, tokens } = connection;
  const asked = () => server.got.filter(({ path }) => path !== TOKEN_PATH);
  const renewed = () => server.got.filter(({ path }) => path === TOKEN_PATH);
  return { http, tokens, world, now, asked, renewed };
}

const bearerOf = ({ headers }: Got) => headers.authorization;
const ORDERS = '/trader/v1/accounts/HASH/orders';

describe('requests', () => {
  test('carry the token of their moment, and an option symbol with its blanks', async () => {
    const { http, asked } = await broker(() => ({ json: {} }));
    const query = { symbols: 'SPY   260116P00680000,BRK/B', fields: undefined };
    const { status, json } = await http.send({ method: 'GET', path: '/a', query, lane: 'data' });
    expect([status, json]).toEqual([200, {}]);
    expect(asked()[0]?.query).toEqual({ symbols: 'SPY   260116P00680000,BRK/B' });
    expect(bearerOf(asked()[0] as Got)).toBe('Bearer access-token-0');
  });

  test('a body goes out as JSON', async () => {
    const { http, asked } = await broker(() => ({ status: 201, headers: { location: '/x/1' } }));
    const body = { price: '3.10' };
    const reply = await http.send({ method: 'POST', path: ORDERS, body, lane: 'submit' });
    expect([reply.status, reply.headers['location'], reply.json]).toEqual([201, '/x/1', undefined]);
    expect(asked()[0]).toMatchObject({ method: 'POST', body: '{"price":"3.10"}' });
    expect(asked()[0]?.headers['content-type']).toBe('application/json');
  });

  test('the renewal asks as OAuth wants it, with the app in the header', async () => {
    const { tokens, renewed } = await broker(() => ({}));
    await tokens.ensure(25 * MINUTE_MS);
    const pair = `${APP.key.reveal()}:${APP.secret.reveal()}`;
    expect(renewed()[0]).toMatchObject({
      method: 'POST',
      body: 'grant_type=refresh_token&refresh_token=refresh-token-0',
    });
    expect(renewed()[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from(pair).toString('base64')}`,
    );
  });

  test('only Schwab or this machine is ever talked to', () => {
    expect(originOf(undefined).href).toBe('https://api.schwabapi.com/');
    for (const host of [
      'http://evil.example',
      'https://127.0.0.1.evil.example',
      'ftp://localhost',
    ]) {
      expect(() => originOf(new URL(host))).toThrow(/neither/);
    }
  });

  test('F006 at most 120 requests a minute, some kept free for cancels and status', async () => {
    const budget = new RequestBudget(SCHWAB_BUDGET, () => 0);
    for (let i = 0; i < 100; i++) await budget.take('data', 0);
    await expect(budget.take('data', 0)).rejects.toThrow(BudgetExhausted);
    for (let i = 0; i < 20; i++) await budget.take('cancel', 0);
    await expect(budget.take('cancel', 0)).rejects.toThrow(BudgetExhausted);
  });
});

describe('a token that the broker refuses', () => {
  const once401 = (json: unknown) => {
    const answer = (got: Got): Answer =>
      bearerOf(got) === 'Bearer access-token-0' ? { status: 401, json } : { json: [] };
    return broker(answer);
  };
  const said = { message: 'token', errors: [] };

  test('F054 a GET is asked again, once, with the new one', async () => {
    const { http, asked, renewed } = await once401(said);
    const reply = await http.send({ method: 'GET', path: ORDERS, lane: 'order' });
    expect(reply.status).toBe(200);
    expect(asked().map(bearerOf)).toEqual(['Bearer access-token-0', 'Bearer renewed-token-1']);
    expect(renewed()).toHaveLength(1);
  });

  test.each(['POST', 'PUT', 'DELETE'] as const)(
    'F054 a %s is never sent twice: its caller gets the 401',
    async (method) => {
      const { http, asked, renewed } = await once401(said);
      const reply = await http.send({ method, path: ORDERS, body: {}, lane: 'submit' });
      expect(reply.status).toBe(401);
      expect(asked()).toHaveLength(1);
      expect(renewed()).toHaveLength(1);
      const next = await http.send({ method, path: ORDERS, body: {}, lane: 'submit' });
      expect(next.status).toBe(200);
    },
  );

  test('F054 whenever it ends, no order is sent twice and one renewal is enough', async () => {
    for (let end = 0; end < 6; end++) {
      const { http, asked, renewed } = await broker((got, index) =>
        index >= end && bearerOf(got) === 'Bearer access-token-0' ? { status: 401 } : { json: {} },
      );
      for (const leg of [1, 2, 3]) {
        await http.send({ method: 'GET', path: `/before/${leg}`, lane: 'order' });
        await http.send({ method: 'POST', path: `/leg/${leg}`, body: {}, lane: 'submit' });
      }
      const posts = asked().filter(({ method }) => method === 'POST');
      expect(posts.map(({ path }) => path)).toEqual(['/leg/1', '/leg/2', '/leg/3']);
      expect(renewed().length).toBe(1);
    }
  });

  test('many at once cause one renewal', async () => {
    const { http, renewed } = await once401(said);
    const ask = { method: 'GET', path: ORDERS, lane: 'data' } as const;
    const replies = await Promise.all(Array.from({ length: 8 }, () => http.send(ask)));
    expect(replies.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(renewed()).toHaveLength(1);
  });

  test('a client that is not authorized at all is not asked for ever', async () => {
    const { http, asked, renewed } = await broker(() => ({ status: 401, json: said }));
    for (let i = 0; i < 5; i++) await http.send({ method: 'GET', path: ORDERS, lane: 'data' });
    expect(renewed()).toHaveLength(1);
    expect(asked()).toHaveLength(6);
  });

  test('F055 without a token nothing is sent, and it is said that nothing was', async () => {
    const server = await loopback((got) =>
      got.path === TOKEN_PATH
        ? { status: 400, json: { error: 'invalid_grant' } }
        : { status: 200, json: {} },
    );
    closers.push(() => server.close());
    const folder = tokenFolder(tokenSet({ createdAt: START }));
    closers.push(folder.remove);
    const now = () => (START + 60 * MINUTE_MS) as Instant;
    const { origin } = server;
    const connection = connectSchwab({
      app: APP,
      tokenPath: folder.path,
      claim: alone,
      now,
      origin,
    });
    closers.push(() => connection.close());
    const sent = connection.http.send({ method: 'POST', path: ORDERS, body: {}, lane: 'submit' });
    await expect(sent).rejects.toThrow(NotSent);
    expect(server.got.map(({ path }) => path)).toEqual([TOKEN_PATH]);
    expect(connection.tokens.age().level).toBe('dead');
  });
});

describe('a renewal that fails', () => {
  test.each([
    [401, { error: 'invalid_client', error_description: 'Unauthorized' }],
    [400, { error: 'invalid_request' }],
    [500, { errors: [{ title: 'Internal' }] }],
    [429, { fault: { faultstring: 'invalid_grant' } }],
    [200, { error: 'invalid_grant' }],
  ])('F056 with %d is not the end of the sign-in: %j', async (status, json) => {
    const server = await loopback(() => ({ status, json }));
    closers.push(() => server.close());
    const folder = tokenFolder(tokenSet({ createdAt: START }));
    closers.push(folder.remove);
    const now = () => (START + 60 * MINUTE_MS) as Instant;
    const { origin } = server;
    const { path: tokenPath } = folder;
    const connection = connectSchwab({ app: APP, tokenPath, claim: alone, now, origin });
    closers.push(() => connection.close());
    await expect(connection.tokens.bearer()).rejects.toMatchObject({ isDead: false });
    expect(connection.tokens.age().level).toBe('fine');
  });
});

describe('replies that are no success', () => {
  test('a hang-up is nobody knows, not nothing sent', async () => {
    const { http } = await broker(() => ({ drop: true }));
    const sent = http.send({ method: 'POST', path: ORDERS, body: {}, lane: 'submit' });
    await expect(sent).rejects.toThrow(/closed|reset|hang/i);
    await expect(sent).rejects.not.toBeInstanceOf(NotSent);
  });

  test.each([
    ['texts', { message: 'bad', errors: ['price', 'size'] }, true, 'bad; price; size'],
    ['titles', { errors: [{ status: '404', title: 'Not Found' }] }, true, 'Not Found'],
    ['a gateway', { fault: { faultstring: 'down' } }, false, 'down'],
    ['OAuth', { error: 'x', error_description: 'y' }, true, 'x; y'],
  ])('an error in the form of %s is read', (_, json, isBrokers, message) => {
    expect(problemOf(json)).toMatchObject({ isBrokers, message });
  });

  test.each([[null], ['<html>'], [[]], [{}], [{ errors: [] }], [{ message: ' ' }], [7]])(
    'what is no error of theirs is none: %j',
    (json) => expect(problemOf(json)).toBeNull(),
  );

  test('invariant 32: what they say is shown short, on one line and without our secrets', () => {
    const message = `no ${APP.secret.reveal()}\u0000\n\u202E${'x'.repeat(900)}`;
    const shown = problemOf({ message })?.message as string;
    expect(shown).not.toContain('canary');
    expect(shown.length).toBeLessThanOrEqual(500);
    expect(shown).not.toMatch(/\p{Cc}|\u202E/u);
    expect(redacted(shown)).toBe(shown);
  });
});

interface Golden {
  readonly case: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query: Record<string, string>;
  readonly body: unknown;
}

const why = hasRecorded ? '' : ' (recorded answers are not here)';

describe.skipIf(!hasRecorded)(`what was recorded${why}`, () => {
  test('each request of the public client leaves here as it does there', async () => {
    const { requests } = recorded('golden.requests.schwab-py') as { requests: readonly Golden[] };
    const { http, asked } = await broker(() => ({ json: {} }));
    for (const { method, path, query, body } of requests) {
      await http.send({ method, path, query, body: body ?? undefined, lane: 'cancel' });
    }
    const sent = asked().map(({ method, path, query, body }) => ({
      method,
      path,
      query,
      body: body === '' ? null : (JSON.parse(body) as unknown),
    }));
    expect(sent).toEqual(
      requests.map(({ method, path, query, body }) => ({ method, path, query, body })),
    );
  });

  test('market data is asked for as the public client does', async () => {
    const { requests } = recorded('golden.requests.schwab-py') as { requests: readonly Golden[] };
    const golden = (name: string) => requests.find((one) => one.case === name) as Golden;
    const { http, now, asked } = await broker(() => ({ json: {} }));
    const data = new SchwabData({ http, now });
    await data.quotes(['QQQ', 'TQQQ', 'TLT', 'TMF', 'TMV']);
    const bars = { symbol: 'QQQ', timeframe: '1d', adjustment: 'splits' } as const;
    const dates = { from: '2025-01-02', to: '2026-01-01' } as never;
    await data.history({ ...bars, ...(dates as object) } as never).catch(() => undefined);
    await data.chain({ underlying: 'SPY', right: 'call', strikeCount: 10 }).catch(() => undefined);
    const names = ['quotes of five symbols', 'daily bars between two dates', 'option chain'];
    expect(asked().map(({ method, path, query }) => ({ method, path, query }))).toEqual(
      names.map(golden).map(({ method, path, query }) => ({ method, path, query })),
    );
  });

  test('every error that was seen is read, and a gateway’s is not taken for theirs', async () => {
    const seen = recorded('errors.seen') as readonly { http: number; body: unknown }[];
    const problems = seen.map(({ body }) => problemOf(body));
    expect(problems.map((problem) => problem?.isBrokers)).toEqual([true, true, false, true]);
    expect(problems[0]?.message).toBe('Unauthorized; Client not authorized');
    expect(problems[2]?.code).toBe('protocol.http.TooBigBody');
    const { example } = recorded('md.errors.400') as { example: unknown };
    expect(problemOf(example)?.message).toMatch(/^Bad Request; Missing header; Search/);
  });

  test('F056 the recorded refusal of a refresh token ends the sign-in', async () => {
    const seen = recorded('errors.seen') as readonly { http: number; body: object }[];
    const { http, body } = seen.find((one) => 'error' in one.body) as {
      http: number;
      body: object;
    };
    const server = await loopback(() => ({ status: http, json: body }));
    closers.push(() => server.close());
    const folder = tokenFolder(
      tokenSet({ createdAt: START, access: new Secret('access-token-3') }),
    );
    closers.push(folder.remove);
    const now = () => (START + 60 * MINUTE_MS) as Instant;
    const { origin } = server;
    const connection = connectSchwab({
      app: APP,
      tokenPath: folder.path,
      claim: alone,
      now,
      origin,
    });
    closers.push(() => connection.close());
    await expect(connection.tokens.bearer()).rejects.toMatchObject({ isDead: true });
    expect(connection.tokens.age().level).toBe('dead');
  });
});
