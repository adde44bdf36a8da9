import type dns from 'node:dns';
import { describe, expect, test } from 'vitest';
import { BadInput } from '../../base/index.ts';
import type { BarRow } from '../../market/index.ts';
import type { HistoryAsk } from '../market-data.ts';
import { allowedUrl, isLoopback, isPublic } from './address.ts';
import { at, date, type Loopback, loopback } from './chart.fixture.ts';
import { CsvUrlHistory } from './csv-url.ts';
import { WebClient } from './web.ts';

const AGENT = { userAgent: 'plimsoll/test' };

describe('addresses that may be asked (F081)', () => {
  test.each([
    'http://example.com/',
    'https://10.0.0.1/',
    'https://172.16.5.4/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://0/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://127.0.0.2/',
    'http://127.0.0.1.example.com/',
    'http://127.0.0.1@example.com/',
    'https://user:word@example.com/',
    'https://[::]/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://[2002:7f00:1::]/',
    'https://１２７.0.0.1/',
    'file:///etc/passwd',
    'ftp://example.com/',
    'data:text/csv,date',
    'javascript:1',
    '//example.com/',
    'example.com',
    '',
  ])('not %s', (text) => {
    expect(() => allowedUrl(text)).toThrow(BadInput);
  });

  test.each(['https://example.com/x', 'https://example.com:8443', 'https://8.8.8.8/'])(
    '%s, and only public machines behind it',
    (text) => {
      const { mayReach } = allowedUrl(text);
      expect([mayReach('93.184.216.34'), mayReach('127.0.0.1'), mayReach('10.1.1.1')]).toEqual([
        true,
        false,
        false,
      ]);
    },
  );

  test.each(['http://127.0.0.1:81/x', 'http://localhost/', 'https://localhost', 'http://[::1]:9/'])(
    '%s, and only this machine behind it',
    (text) => {
      const { mayReach } = allowedUrl(text);
      expect([mayReach('127.0.0.1'), mayReach('::1'), mayReach('8.8.8.8')]).toEqual([
        true,
        true,
        false,
      ]);
    },
  );

  test('text that is no address is neither public nor this machine', () => {
    for (const text of ['', 'localhost', '1.2.3', 'fe80::1%eth0', '::1%lo']) {
      expect([isPublic(text), isLoopback(text)]).toEqual([false, false]);
    }
    expect(isPublic('2606:4700::1111')).toBe(true);
  });

  test('a message never shows a password', () => {
    expect(() => allowedUrl('https://me:canary@example.com/')).not.toThrow('canary');
  });
});

/** A resolver that answers each question with the next of `answers`. */
function resolver(...answers: string[]): typeof dns.lookup {
  const lookup = (_name: string, _options: unknown, done: (...args: unknown[]) => void): void => {
    const address = answers.shift() ?? '127.0.0.1';
    done(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
  };
  return lookup as unknown as typeof dns.lookup;
}

async function withServer<T>(
  answer: Parameters<typeof loopback>[0],
  use: (server: Loopback) => Promise<T>,
): Promise<T> {
  const server = await loopback(answer);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

describe('a connection', () => {
  test.each(['127.0.0.1', '10.0.0.7', '169.254.169.254', '::1', '::ffff:10.0.0.7', 'fd00::1'])(
    'is not made to %s behind a public name (F081)',
    async (address) => {
      const web = new WebClient('https://data.example.com/', {
        ...AGENT,
        lookup: resolver(address),
      });
      await expect(web.get(new URL('https://data.example.com/a'))).rejects.toThrow(
        `leads to "${address}", which is not public`,
      );
      await web.close();
    },
  );

  test('is checked each time it is made: a name that moves is not followed (F081)', () =>
    withServer(
      (_, response) => response.setHeader('connection', 'close').end('ok'),
      async (server) => {
        const url = new URL(server.url.replace('127.0.0.1', 'localhost'));
        const lookup = resolver('127.0.0.1', '10.0.0.7');
        const web = new WebClient(url.href, { ...AGENT, lookup });
        expect((await web.get(url)).status).toBe(200);
        await expect(web.get(url)).rejects.toThrow('leads to "10.0.0.7"');
        expect(server.asked).toHaveLength(1);
        await web.close();
      },
    ));

  test('goes to the host it was made for only', async () => {
    const web = new WebClient('http://127.0.0.1:9/', AGENT);
    await expect(web.get(new URL('http://127.0.0.1:10/'))).rejects.toThrow('is not');
    await web.close();
  });

  test('has limits on size and time, and follows no redirect', () =>
    withServer(
      ({ url }, response) => {
        if (url === '/large') response.end('x'.repeat(2_000));
        else if (url === '/away') response.writeHead(307, { location: '/ok' }).end();
        else if (url === '/mute') response.writeHead(200).write('x');
      },
      async (server) => {
        const web = new WebClient(server.url, { ...AGENT, bytesMax: 1_000, timeoutMs: 300 });
        const get = (path: string) => web.get(new URL(path, server.url));
        await expect(get('/large')).rejects.toThrow('above 1000 bytes');
        await expect(get('/away')).rejects.toThrow('no redirect is followed');
        await expect(get('/mute')).rejects.toThrow('nothing whole within 0.3 s');
        expect(server.asked).not.toContain('/ok');
        await web.close();
      },
    ));

  test('takes at most two requests in a second', () =>
    withServer(
      (_, response) => response.end('ok'),
      async (server) => {
        const web = new WebClient(server.url, AGENT);
        const began = performance.now();
        await Promise.all([1, 2, 3, 4, 5].map(() => web.get(new URL(server.url))));
        expect(performance.now() - began).toBeGreaterThan(1_990);
        await web.close();
      },
    ));
});

describe('bars behind an address', () => {
  const ask: HistoryAsk = {
    symbol: 'BRK.B',
    timeframe: '1d',
    from: date('2024-01-02'),
    to: date('2024-01-03'),
    adjustment: 'raw',
  };
  const row = (day: number, end: string): BarRow =>
    ({ symbol: 'BRK.B', day, at: at(end) }) as unknown as BarRow;
  const parse = async () => [
    row(19_723, '2024-01-01T21:00:00Z'),
    row(19_724, '2024-01-02T21:00:00Z'),
    row(19_725, '2024-01-03T21:00:00Z'),
    row(19_726, '2024-01-04T21:00:00Z'),
  ];

  test('are asked for by the template, and cut to the dates and to what is over', () =>
    withServer(
      (_, response) => response.end('text'),
      async (server) => {
        const template = `${server.url}/{symbol}.csv?a={from}&b={to}`;
        let now = at('2024-01-03T21:10:00Z');
        const history = new CsvUrlHistory({ ...AGENT, template, parse, now: () => now });
        expect((await history.history(ask)).rows.map(({ day }) => day)).toEqual([19_724]);
        now = at('2024-01-03T21:20:00Z');
        expect((await history.history(ask)).rows.map(({ day }) => day)).toEqual([19_724, 19_725]);
        expect(server.asked[0]).toBe('/BRK.B.csv?a=2024-01-02&b=2024-01-03');
        expect(await history.quotes()).toEqual([]);
        await history.close();
      },
    ));

  test('that are not there are told with the status', () =>
    withServer(
      (_, response) => response.writeHead(404).end(),
      async (server) => {
        const template = `${server.url}/{symbol}`;
        const options = { ...AGENT, template, parse, now: () => at('2024-02-01T00:00:00Z') };
        const history = new CsvUrlHistory(options);
        await expect(history.history(ask)).rejects.toThrow('answers 404 on "BRK.B"');
        await history.close();
      },
    ));

  test.each([
    ['https://example.com/data.csv', 'no {symbol}'],
    ['https://{symbol}.example.com/', 'may not change with the symbol'],
    ['https://example.com/{symbol}?key={env}', 'found "{env}"'],
    ['http://example.com/{symbol}', 'is "http:"'],
    ['https://10.0.0.1/{symbol}', 'leads to "10.0.0.1"'],
  ])('of %s are refused', (template, message) => {
    const options = { ...AGENT, template, parse, now: () => at('2024-02-01T00:00:00Z') };
    expect(() => new CsvUrlHistory(options)).toThrow(message);
  });
});
