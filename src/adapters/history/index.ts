/**
 * adapters/history: past bars from the web, without credentials.
 *
 * In: Yahoo's chart endpoint, or any address that answers with CSV or JSON lines. Out: `MarketData`
 * whose history is completed bars of sessions, oldest first. Invariants: nothing but https leaves
 * for another machine, and only to public addresses, checked where the connection is made; no
 * redirect is followed; a reply is believed only where it names what was asked for; a bar of an
 * unfinished period is never among the rows. Begin with `yahoo.ts`; `web.ts` has the fence.
 */
export { CsvUrlHistory, type CsvUrlOptions } from './csv-url.ts';
export { TooManyRequests, type WebOptions } from './web.ts';
export { YAHOO_ENDPOINT, YahooHistory, type YahooOptions } from './yahoo.ts';
export { houseSymbol, yahooSymbol } from './yahoo-symbol.ts';
