import type { DateText } from '../../../base/index.ts';
import { instantOn } from '../../../market/index.ts';
import { SchwabData } from './data.ts';
import type { SchwabAsk, SchwabReply } from '../http.ts';
import { problemOf } from '../http-json.ts';

export const NOW = instantOn('2026-01-05' as DateText, '12:00');
export const day = (text: string) => text as DateText;

/** A source whose replies are `answer`'s. */
export function source(answer: (ask: SchwabAsk) => { status?: number; json: unknown }, now = NOW) {
  const asks: SchwabAsk[] = [];
  const send = (ask: SchwabAsk): Promise<SchwabReply> => {
    asks.push(ask);
    const { status = 200, json } = answer(ask);
    const problem = status < 400 ? null : problemOf(json);
    return Promise.resolve({ status, headers: {}, text: '', json, problem });
  };
  return { data: new SchwabData({ http: { send }, now: () => now }), asks };
}

export const spy = {
  assetMainType: 'EQUITY',
  symbol: 'SPY',
  realtime: true,
  quoteType: 'NBBO',
  quote: {
    bidPrice: 500.1,
    askPrice: 500.12,
    lastPrice: 500.11,
    quoteTime: NOW - 500,
    tradeTime: NOW - 900,
    securityStatus: 'Normal',
  },
};
export const spyWith = (quote: object, more: object = {}) => ({
  SPY: { ...spy, ...more, quote: { ...spy.quote, ...quote } },
});
