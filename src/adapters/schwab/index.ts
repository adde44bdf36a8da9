/**
 * schwab: the broker Charles Schwab, on its Trader and Market Data interfaces.
 *
 * In: one sign-in (`login`), kept in `token.json` and renewed by one owner (`token`); requests over
 * `http`, which alone knows host, budget and token. Out: market data (`data`) and the account's one
 * streamer (`stream`).
 * Invariants: a new token is on the disk before its first use; nothing but a GET is sent twice; a
 * number that cannot be read exactly is absent; a reply that names another symbol is refused.
 * Nothing here leads to the order client, which is a folder of its own: paper with Schwab is our
 * simulated broker on Schwab's quotes (F058). Begin with `http.ts`.
 */
export type { SchwabApp } from './sign-in/auth.ts';
export { SchwabData, type SchwabDataOptions } from './data/data.ts';
export type { Expiration, SchwabChainAsk } from './data/chain.ts';
export type { QuoteSeen } from './data/quotes.ts';
export { houseSymbol, schwabSymbol } from './data/symbol.ts';
export {
  connectSchwab,
  type ConnectOptions,
  SCHWAB_BUDGET,
  SCHWAB_ORIGIN,
  type SchwabAsk,
  type SchwabConnection,
  SchwabHttp,
  type SchwabReply,
  type TokenSource,
} from './http.ts';
export { problemOf, type SchwabProblem } from './http-json.ts';
export { LoginFailed, type LoginOptions, schwabLogin } from './sign-in/login.ts';
export type { ActivityListener } from './stream/desk.ts';
export { SchwabStreamer, type StreamerOptions, type StreamTerms } from './stream/stream.ts';
export { schwabNumber } from './stream/fields.ts';
export { NoToken, SchwabTokens, type TokenClaim } from './sign-in/token.ts';
export {
  TOKEN_ALERT_HOURS,
  type TokenAge,
  tokenAge,
  tokenAlerts,
  type TokenLevel,
} from './sign-in/token-age.ts';
export { readTokenFile, TokenFileError, type TokenSet } from './sign-in/token-file.ts';
