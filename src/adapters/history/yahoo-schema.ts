import { z } from 'zod';

const seconds = z.number().int().min(-1e10).max(1e11);
const column = z.array(z.number().nullable());

const meta = z.looseObject({
  symbol: z.string(),
  currency: z.string().nullish(),
  exchangeTimezoneName: z.string().nullish(),
  dataGranularity: z.string().nullish(),
  regularMarketPrice: z.number().nullish(),
  regularMarketTime: seconds.nullish(),
  currentTradingPeriod: z
    .looseObject({ regular: z.looseObject({ start: seconds, end: seconds }).nullish() })
    .nullish(),
});

const split = z.looseObject({
  date: seconds,
  numerator: z.number().positive(),
  denominator: z.number().positive(),
});

const quote = z.looseObject({
  open: column.optional(),
  high: column.optional(),
  low: column.optional(),
  close: column.optional(),
  volume: column.optional(),
});

const result = z.looseObject({
  meta,
  timestamp: z.array(seconds).nullish(),
  indicators: z.looseObject({
    quote: z.array(quote).min(1),
    adjclose: z.array(z.looseObject({ adjclose: column.optional() })).nullish(),
  }),
  events: z.looseObject({ splits: z.record(z.string(), split).nullish() }).nullish(),
});

const failure = z.looseObject({
  code: z.string().nullish(),
  description: z.string().nullish(),
});

/** What the chart endpoint answers, with every status. */
export const chartReply = z.looseObject({
  chart: z.looseObject({
    result: z.array(result).nullish(),
    error: failure.nullish(),
  }),
});

export type Chart = z.infer<typeof result>;
export type ChartFailure = z.infer<typeof failure>;
