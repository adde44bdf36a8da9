import { accountJson, positionJson, positionsJson } from './show-account.ts';
import { activitiesJson } from './activities.ts';
import {
  assetOf,
  assetsJson,
  calendarJson,
  clockJson,
  contractOfId,
  contractsJson,
  symbolOfId,
} from './assets.ts';
import type { RouteCall, RouteReply, Routes } from './context.ts';
import type { Desk } from './desk.ts';
import { historyJson } from './history.ts';
import { listOrders } from './list-orders.ts';
import type { Holding } from './records.ts';
import { Refused, forbidden, notFound, unprocessable } from './refused.ts';
import { configurationJson, configured } from './configuration.ts';
import { closePosition } from './close-position.ts';
import { wireSymbol } from './symbols.ts';
import { wishOf } from './wish.ts';

const ok = (body: unknown): RouteReply => ({ status: 200, body });

type Handler = (desk: Desk, call: RouteCall, id: string) => RouteReply;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An order's id of a path. Throws `Refused` for what is none. */
function orderId(text: string): string {
  if (UUID.test(text)) return text;
  throw new Refused(422, 40010001, 'order_id is missing');
}

/** Endpoints by method and path; ":" takes the last part of the path. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  'GET /v2/account': (desk) => ok(accountJson(desk)),
  'GET /v2/account/configurations': (desk) => ok(configurationJson(desk.account)),
  'PATCH /v2/account/configurations': (desk, { body }) => ok(configured(desk, body)),
  'GET /v2/account/portfolio/history': (desk, { query }) => ok(historyJson(desk, query)),
  'GET /v2/account/activities': (desk, { query }) =>
    ok(activitiesJson(desk.account.activities, query)),
  'GET /v2/account/activities/:': (desk, { query }, type) =>
    ok(activitiesJson(desk.account.activities, query, type)),
  'GET /v2/orders': (desk, { query }) => ok(listOrders(desk, query)),
  'POST /v2/orders': (desk, { body }) => ok(desk.submit(wishOf(body))),
  'DELETE /v2/orders': (desk) => ({ status: 207, body: cancelAll(desk) }),
  'GET /v2/orders:by_client_order_id': (desk, { query }) => {
    const name = query.get('client_order_id') ?? '';
    const order = desk.orders.byClientId(name);
    if (order === undefined) throw notFound(`order not found for ${name.slice(0, 128)}`);
    return ok(desk.json(order, true));
  },
  'GET /v2/orders/:': (desk, { query }, id) =>
    ok(desk.json(desk.find(orderId(id)), query.get('nested') === 'true')),
  'PATCH /v2/orders/:': (desk, { body }, id) => ok(desk.replace(orderId(id), body)),
  'DELETE /v2/orders/:': (desk, _, id) => {
    desk.cancel(orderId(id));
    return { status: 204, body: undefined };
  },
  'GET /v2/positions': (desk) => ok(positionsJson(desk)),
  'DELETE /v2/positions': (desk, { query }) => ({ status: 207, body: closeAll(desk, query) }),
  'GET /v2/positions/:': (desk, _, id) => ok(positionJson(desk, holdingOf(desk, id, true))),
  'DELETE /v2/positions/:': (desk, { query }, id) =>
    ok(closePosition(desk, holdingOf(desk, id, false), query)),
  'GET /v2/assets': (desk, { query }) => ok(assetsJson(desk.account, query)),
  'GET /v2/assets/:': (desk, _, id) => ok(assetOf(desk.account, id)),
  'GET /v2/options/contracts': (desk, { query }) =>
    ok(contractsJson(desk.account, query, desk.now())),
  'GET /v2/options/contracts/:': (desk, _, id) => ok(contractOfId(desk.account, id, desk.now())),
  'GET /v2/clock': (desk) => ok(clockJson(desk.now())),
  'GET /v2/calendar': (_, { query }) => ok(calendarJson(query)),
};

/** A holding by symbol or asset id. Throws `Refused` where there is none. */
function holdingOf(desk: Desk, text: string, isShown: boolean): Holding {
  const books = (isShown ? desk.shownBooks : null) ?? desk.account.books.save();
  const symbol = symbolOfId(
    text,
    books.holdings.map((held) => held.symbol),
  );
  const found = books.holdings.find((held) => held.symbol === symbol);
  if (found === undefined) throw notFound('position does not exist');
  return found;
}

function cancelAll(desk: Desk) {
  desk.work();
  const open = desk.orders.open.filter(
    ({ parent, terms }) => parent === null && terms.ratio === null,
  );
  const exits = desk.orders.open.filter(({ parent, terms, ticket }) => {
    return parent !== null && terms.ratio === null && ticket !== 0;
  });
  return [...open, ...exits].map(({ id }) => {
    try {
      desk.cancel(id);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (desk.find(id).status !== 'canceled') return { id, status: 500, body: error.body };
    }
    return { id, status: 200 };
  });
}

function closeAll(desk: Desk, query: URLSearchParams) {
  if (query.get('cancel_orders') === 'true') cancelAll(desk);
  const none = new URLSearchParams();
  return [...desk.account.books.holdings.values()].map((holding) => {
    const symbol = wireSymbol(holding.symbol);
    try {
      return { symbol, status: 200, body: closePosition(desk, holding, none) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { symbol, status: error.status, body: error.body };
    }
  });
}

const EXERCISE = /^\/v2\/positions\/([^/]+)\/(exercise|do-not-exercise)$/;

function exercise(desk: Desk, path: string): RouteReply | undefined {
  const match = EXERCISE.exec(path);
  if (match === null) return undefined;
  const text = decodeURIComponent(match[1] as string);
  const symbol = symbolOfId(text, desk.account.books.holdings.keys());
  if (symbol === null) throw unprocessable('invalid symbol');
  if (match[2] === 'exercise') desk.exercise(symbol);
  else {
    const held = desk.account.books.quantityOf(symbol);
    if (held <= 0) throw forbidden('no available position for the specified contract');
    desk.account.books.doNotExercise.add(symbol);
    desk.keep();
  }
  return { status: 200, body: undefined };
}

/** The endpoints of the Trading API. Each first does what is due by now. */
export function tradingRoutes(desk: Desk): Routes {
  return (call) => {
    const { method, path } = call;
    if (method === 'POST' && path.startsWith('/v2/positions/')) return exercise(desk, path);
    const whole = HANDLERS[`${method} ${path}`];
    const cut = path.lastIndexOf('/');
    const handler = whole ?? HANDLERS[`${method} ${path.slice(0, cut)}/:`];
    if (handler === undefined) return undefined;
    desk.work();
    return handler(desk, call, whole === undefined ? decodeURIComponent(path.slice(cut + 1)) : '');
  };
}
