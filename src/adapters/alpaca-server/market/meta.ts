import { MarketRefused } from './query.ts';

const EXCHANGES = {
  stock: { Q: 'The market of this broker', V: 'IEX' },
  option: { Q: 'The market of this broker' },
} as const;

const CONDITIONS = {
  stock: {
    trade: {
      '@': 'Regular Sale',
      M: 'Market Center Official Close',
      Q: 'Market Center Official Open',
    },
    quote: { R: 'Regular' },
  },
  option: { trade: { ' ': 'Regular' }, quote: { ' ': 'Regular' } },
} as const;

/** `/meta/exchanges` and `/meta/conditions/{trade|quote}`: the codes that answers here have. */
export function metaAnswer(
  kind: 'stock' | 'option',
  [what, tick]: readonly string[],
  query: URLSearchParams,
): object | undefined {
  if (what === 'exchanges') return EXCHANGES[kind];
  if (what !== 'conditions' || (tick !== 'trade' && tick !== 'quote')) return undefined;
  if (kind === 'stock' && !['A', 'B', 'C'].includes(query.get('tape') ?? '')) {
    throw new MarketRefused(400, `invalid tape: ${query.get('tape') ?? ''}`);
  }
  return CONDITIONS[kind][tick];
}
