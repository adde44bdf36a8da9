/** Counterparts whose replies the table knows. */
export type BrokerName = 'alpaca' | 'schwab' | 'simulator';
export type Endpoint = 'submit' | 'cancel' | 'find' | 'list' | 'account';

/**
 * What a reply means. `accepted`: the request was taken, no more; `refused`: the broker says that
 * it was not; `duplicate`: an order of this id exists and must be looked at; `notFound`: it has no
 * such order; `unauthorized`: it did not look at the request; `unknown`: nobody can tell.
 */
export type Meaning =
  | 'accepted'
  | 'refused'
  | 'duplicate'
  | 'notFound'
  | 'unauthorized'
  | 'unknown';

type Row = Readonly<Record<number, Meaning>>;

/**
 * Replies that the broker documents, by status; whatever is not here is unknown (F005).
 * Source: responses of the Alpaca Trading API 2.0.1 and the Schwab Trader API of 2024-05.
 */
export const REPLY_TABLE: Readonly<Record<BrokerName, Readonly<Record<Endpoint, Row>>>> = {
  alpaca: {
    submit:  { 200: 'accepted', 201: 'accepted', 400: 'refused', 401: 'unauthorized', 403: 'refused', 422: 'refused' },
    cancel:  { 200: 'accepted', 204: 'accepted', 401: 'unauthorized', 404: 'notFound', 422: 'refused' },
    find:    { 200: 'accepted', 401: 'unauthorized', 404: 'notFound' },
    list:    { 200: 'accepted', 401: 'unauthorized' },
    account: { 200: 'accepted', 401: 'unauthorized' },
  },
  schwab: {
    submit:  { 200: 'accepted', 201: 'accepted', 400: 'refused', 401: 'unauthorized', 403: 'refused' },
    cancel:  { 200: 'accepted', 400: 'refused', 401: 'unauthorized', 404: 'notFound' },
    find:    { 200: 'accepted', 401: 'unauthorized', 404: 'notFound' },
    list:    { 200: 'accepted', 401: 'unauthorized' },
    account: { 200: 'accepted', 401: 'unauthorized' },
  },
  simulator: {
    submit:  { 200: 'accepted', 201: 'accepted', 400: 'refused', 401: 'unauthorized', 403: 'refused', 409: 'duplicate', 413: 'refused', 415: 'refused', 422: 'refused' },
    cancel:  { 200: 'accepted', 204: 'accepted', 401: 'unauthorized', 404: 'notFound', 422: 'refused' },
    find:    { 200: 'accepted', 401: 'unauthorized', 404: 'notFound' },
    list:    { 200: 'accepted', 401: 'unauthorized' },
    account: { 200: 'accepted', 401: 'unauthorized' },
  },
}; // prettier-ignore

/** Of a client order id that is taken, told as an ordinary refusal. */
const TAKEN = /client[ _-]?order[ _-]?id.*(?:unique|exist|duplicate|used)|duplicate.*order/i;

/**
 * What a reply of `status` means. `hasBrokerBody`: what came is the broker's own, whole and parsed:
 * for a success what was promised, an order id of the right shape for a submit (F004), for an error
 * its error form. A gateway's page is neither, and means nothing. A taken cancel promises no body.
 * `message` is the text of an error: it alone tells that an id is taken (F003).
 */
export function meaningOf(
  broker: BrokerName,
  endpoint: Endpoint,
  status: number,
  hasBrokerBody: boolean,
  message = '',
): Meaning {
  const meaning = REPLY_TABLE[broker][endpoint][status] ?? 'unknown';
  if (!hasBrokerBody) return endpoint === 'cancel' && meaning === 'accepted' ? meaning : 'unknown';
  if (endpoint === 'submit' && meaning === 'refused' && TAKEN.test(message)) return 'duplicate';
  return meaning;
}
