import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DateText, Instant } from '../../base/index.ts';
import { sessionsBetween } from '../../market/index.ts';
import { YahooHistory } from './yahoo.ts';

export const date = (text: string): DateText => text as DateText;
export const at = (text: string): Instant => Date.parse(text) as Instant;

export interface Loopback {
  readonly url: string;
  /** Paths with their queries, in the order they came. */
  readonly asked: string[];
  readonly agents: (string | undefined)[];
  close(): Promise<void>;
}

/** A server on this machine that answers every request by `answer`. */
export async function loopback(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Loopback> {
  const asked: string[] = [];
  const agents: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    agents.push(request.headers['user-agent']);
    answer(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, asked, agents, close };
}

type Column = (number | null)[];

/** A chart as the endpoint answers it; tests change what they are about. */
export interface ChartParts {
  meta: Record<string, unknown>;
  timestamp: number[];
  indicators: {
    quote: [{ open: Column; high: Column; low: Column; close: Column; volume: Column }];
    adjclose: [{ adjclose: Column }];
  };
  events?: Record<string, unknown>;
}

/** Daily bars of the sessions between two dates, their closes 189.98 and a cent more each day. */
export function dailyChart(from: string, to: string): ChartParts {
  const sessions = sessionsBetween(date(from), date(to));
  const close = sessions.map((_, i) => Math.fround(189.98 + i / 100));
  const last = sessions.at(-1);
  const period = {
    timezone: 'EST',
    start: (last?.open ?? 0) / 1_000,
    end: (last?.close ?? 0) / 1_000,
    gmtoffset: -18_000,
  };
  return {
    meta: {
      currency: 'USD',
      symbol: 'AAPL',
      exchangeName: 'NMS',
      instrumentType: 'EQUITY',
      firstTradeDate: 345_479_400,
      regularMarketTime: period.end,
      gmtoffset: -18_000,
      timezone: 'EST',
      exchangeTimezoneName: 'America/New_York',
      regularMarketPrice: 191.2400054931640625,
      currentTradingPeriod: { pre: period, regular: period, post: period },
      dataGranularity: '1d',
      range: '',
      validRanges: ['1d', '5d', '1mo'],
    },
    timestamp: sessions.map(({ open }) => open / 1_000),
    indicators: {
      quote: [
        {
          open: close.map((value) => Math.fround(value - 0.5)),
          high: close.map((value) => Math.fround(value + 1)),
          low: close.map((value) => Math.fround(value - 1)),
          close,
          volume: close.map((_, i) => 1_000_000 + i),
        },
      ],
      adjclose: [{ adjclose: close.map((value) => value / 2) }],
    },
  };
}

export const bodyOf = (chart: ChartParts): string =>
  JSON.stringify({ chart: { result: [chart], error: null } });

/** Asks a server that always answers `reply`, and closes both. */
export async function withReply<T>(
  reply: { status?: number; body: string; headers?: Record<string, string> },
  now: Instant,
  use: (yahoo: YahooHistory, server: Loopback) => Promise<T>,
): Promise<T> {
  const server = await loopback((_, response) => {
    response.writeHead(reply.status ?? 200, reply.headers ?? {});
    response.end(reply.body);
  });
  const options = { endpoint: server.url, now: () => now, userAgent: 'plimsoll/test' };
  const yahoo = new YahooHistory(options);
  try {
    return await use(yahoo, server);
  } finally {
    await yahoo.close();
    await server.close();
  }
}
