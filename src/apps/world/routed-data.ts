import type {
  DataTag,
  History,
  HistoryAsk,
  MarketData,
  MarketListener,
  MarketStream,
  OptionChainAsk,
  OptionQuote,
} from '../../adapters/index.ts';
import { BadInput } from '../../base/index.ts';
import { instrumentOf, type Quote } from '../../market/index.ts';

/** A broker's market data, with the indices that it does not have from another source. */
export class RoutedData implements MarketData {
  readonly #own: MarketData;
  readonly #other: () => MarketData;
  #indices: MarketData | null = null;

  constructor(own: MarketData, indices: () => MarketData) {
    this.#own = own;
    this.#other = indices;
  }

  get tag(): DataTag {
    return this.#own.tag;
  }

  history(ask: HistoryAsk): Promise<History> {
    return (isIndex(ask.symbol) ? this.#index() : this.#own).history(ask);
  }

  async quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    const indices = symbols.filter(isIndex);
    const others = symbols.filter((symbol) => !isIndex(symbol));
    const found = await Promise.all([
      others.length === 0 ? [] : this.#own.quotes(others),
      indices.length === 0 ? [] : this.#index().quotes(indices),
    ]);
    return found.flat();
  }

  chain(ask: OptionChainAsk): Promise<readonly OptionQuote[]> {
    if (this.#own.chain === undefined) throw new BadInput('This source has no option chains');
    return this.#own.chain(ask);
  }

  stream(symbols: readonly string[], listener: MarketListener): MarketStream {
    if (this.#own.stream === undefined) throw new BadInput('This source has no stream');
    return this.#own.stream(
      symbols.filter((symbol) => !isIndex(symbol)),
      listener,
    );
  }

  async close(): Promise<void> {
    await this.#own.close();
    await this.#indices?.close();
  }

  #index(): MarketData {
    this.#indices ??= this.#other();
    return this.#indices;
  }
}

const isIndex = (symbol: string): boolean => instrumentOf(symbol).kind === 'index';
