import { createRequire } from 'node:module';
import { join } from 'node:path';
import { loadBars, openStore, readBars } from '../adapters/data/index.ts';
import { BadInput, type DateText } from '../base/index.ts';
import type { Bars } from '../market/index.ts';
import { derivedFund, syntheticBars } from '../sim/index.ts';
import { type DataSource, type Desk, deskFile } from './config/index.ts';

/** Loads bars of a desk's symbols, each once. Bars after `to` are left out. */
export class SeriesLoader {
  readonly #desk: Desk;
  readonly #to: DateText | undefined;
  readonly #loaded = new Map<string, Bars>();

  constructor(desk: Desk, to?: DateText) {
    this.#desk = desk;
    this.#to = to;
  }

  async load(symbol: string): Promise<Bars> {
    const known = this.#loaded.get(symbol);
    if (known) return known;
    const source = this.#desk.data[symbol];
    if (!source) throw new BadInput(`The desk has no data for "${symbol}"`);
    const bars = await this.#read(symbol, source);
    if (bars.length === 0) throw new BadInput(`"${symbol}" has no bars in the dates asked for`);
    this.#loaded.set(symbol, bars);
    return bars;
  }

  /** Sentences about data that is not a recorded market. */
  notes(): string[] {
    const made = [...this.#loaded.keys()].filter((symbol) => {
      const kind = this.#desk.data[symbol]?.kind;
      return kind === 'synthetic' || kind === 'fund';
    });
    if (made.length === 0) return [];
    return [
      `Synthetic prices, not a recorded market: ${made.join(', ')}. No figure here is a result.`,
    ];
  }

  async #read(symbol: string, source: DataSource): Promise<Bars> {
    switch (source.kind) {
      case 'file': {
        const { timeframe, adjustment } = source;
        const options = { symbol, timeframe, adjustment, source: source.source, to: this.#to };
        return loadBars(deskFile(this.#desk, source.file), options);
      }
      case 'store': {
        const store = openStore(join(this.#desk.folder, 'data'));
        const { timeframe, adjustment } = source;
        return store.load({ symbol, timeframe, adjustment, source: source.source, to: this.#to });
      }
      case 'sample':
        return sampleBars(symbol, this.#to);
      case 'fund':
        return derivedFund(await this.load(source.of), symbol, source.factor, source.start);
      case 'synthetic':
        return made(symbol, source, this.#to);
    }
  }
}

/** Real daily prices of Apple, 2013 to 2018, that come with a package; split-adjusted. */
function sampleBars(symbol: string, to: DateText | undefined): Bars {
  const require = createRequire(import.meta.url);
  const file = require.resolve('@observablehq/sample-datasets/aapl.csv');
  return readBars(file, { symbol, timeframe: '1d', adjustment: 'splits', source: 'sample', to });
}

function made(
  symbol: string,
  source: Extract<DataSource, { kind: 'synthetic' }>,
  to: DateText | undefined,
): Bars {
  const last = to !== undefined && to < source.to ? to : source.to;
  return syntheticBars({ ...source, symbol, to: last });
}
