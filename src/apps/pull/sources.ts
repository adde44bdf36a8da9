import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBars } from '../../adapters/data/index.ts';
import { CsvUrlHistory, YahooHistory } from '../../adapters/history/index.ts';
import type { HistoryAsk, MarketData } from '../../adapters/index.ts';
import { BadInput, type Instant } from '../../base/index.ts';
import { type BarRow, rowAt } from '../../market/index.ts';
import { UsageError } from '../load.ts';
import { buildVersion } from '../version.ts';

export type BrokerSource = 'alpaca' | 'schwab';

/** Opens the data of a broker with the keys that are there; the caller of the command knows how. */
export type BrokerData = (name: BrokerSource) => Promise<MarketData>;

export interface SourceOptions {
  readonly now: () => Instant;
  /** Of `csv`: the address, with {symbol}. Of `yahoo`: another host that answers as it does. */
  readonly url?: string | undefined;
  readonly brokerData?: BrokerData | undefined;
  /** Hears what was mended in files. */
  readonly note?: (text: string) => void;
}

type Open = (options: SourceOptions) => Promise<MarketData>;

const userAgent = (): string => `plimsoll/${buildVersion()} (data pull)`;

/** Where bars can be pulled from, by name. */
export const pullSources = {
  yahoo: async ({ now, url }) => new YahooHistory({ now, endpoint: url, userAgent: userAgent() }),
  csv: async ({ now, url, note }) => {
    if (url === undefined) {
      throw new UsageError('--source csv needs --url, an address with {symbol} in it');
    }
    const parse = (bytes: Uint8Array, ask: HistoryAsk) => rowsOfFile(bytes, ask, note);
    return new CsvUrlHistory({ template: url, now, parse, userAgent: userAgent() });
  },
  alpaca: (options) => ofBroker('alpaca', options),
  schwab: (options) => ofBroker('schwab', options),
} as const satisfies Readonly<Record<string, Open>>;

export type PullSource = keyof typeof pullSources;

async function ofBroker(name: BrokerSource, { url, brokerData }: SourceOptions) {
  if (url !== undefined) throw new UsageError(`--url is not for --source ${name}`);
  if (!brokerData) throw new UsageError(`--source ${name} needs the keys of a desk`);
  return brokerData(name);
}

/** Bars of a file that came over the wire, by the rules of files on disk. */
async function rowsOfFile(
  bytes: Uint8Array,
  { symbol, timeframe, adjustment }: HistoryAsk,
  note: SourceOptions['note'],
): Promise<readonly BarRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-pull-'));
  const file = join(folder, symbol.replace(/[^A-Z0-9.]/g, '_'));
  try {
    writeFileSync(file, bytes, { mode: 0o600 });
    const bars = await loadBars(file, { symbol, timeframe, adjustment, source: 'csv' });
    for (const text of bars.notes) note?.(`${symbol}: ${text}`);
    return Array.from({ length: bars.length }, (_, i) => rowAt(bars, i));
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    throw new BadInput(error.message.replace(`File "${file}"`, `The file on "${symbol}"`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
