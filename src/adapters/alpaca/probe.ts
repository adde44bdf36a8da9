import type { DateText, Money } from '../../base/index.ts';
import type { AccountClass, BrokerSession } from '../counterpart.ts';
import type { ClockSeen } from '../http.ts';
import { moneyOf } from '../number.ts';
import { type AlpacaIdentity, identityOf, positionsOf, sessionsOf } from './account-map.ts';
import type { AlpacaClient } from './client.ts';
import { classOfHost, classOfKey } from './prove.ts';
import { read, readOrNone, wordsOf } from './reading.ts';
import {
  type AccountJson,
  accountJson,
  assetJson,
  calendarJson,
  type PositionJson,
  positionsJson,
} from './schema.ts';
import { alpacaSymbol, houseSymbol } from './symbol.ts';

/** The account, read anew. This and all below throw where the answer cannot be read. */
export async function readAccount(client: AlpacaClient): Promise<AccountJson> {
  const ask = { what: 'Account', endpoint: 'account', lane: 'order', schema: accountJson } as const;
  return read(client, ask, (sdk, init) => sdk.trading.account.getAccountRaw(init));
}

/** Who we are: the class is that of the host that answered, else of the key, else of the stage. */
export async function readIdentity(client: AlpacaClient): Promise<AlpacaIdentity> {
  const json = await readAccount(client);
  return identityOf(json, classOf(client));
}

const classOf = ({ hosts, keys, stage }: AlpacaClient): AccountClass =>
  classOfHost(hosts.trading) ?? classOfKey(keys.keyId.reveal()) ?? stage;

export async function readPositionRows(client: AlpacaClient): Promise<readonly PositionJson[]> {
  const ask = {
    what: 'Positions',
    endpoint: 'list',
    lane: 'order',
    schema: positionsJson,
  } as const;
  return read(client, ask, (sdk, init) => sdk.trading.positions.getAllOpenPositionsRaw(init));
}

/** Signed whole shares by symbol; a row that cannot be read leaves none of them (F033). */
export async function readPositions(
  client: AlpacaClient,
): Promise<Readonly<Record<string, number>>> {
  const positions = positionsOf(await readPositionRows(client));
  if (positions === undefined) throw new Error('Positions: one of them has no readable quantity');
  return positions;
}

/** The cash of the account; throws where `number` is given and another account answers. */
export async function readCash(client: AlpacaClient, number: string | null): Promise<Money> {
  const json = await readAccount(client);
  if (number !== null && json.account_number !== number) {
    throw new Error('Account: it is not the one that was proven to be ours');
  }
  const cash = moneyOf(json.cash);
  if (cash === null) throw new Error('Account: its cash cannot be read');
  return cash;
}

/** The broker's clock, of a reply of now. */
export async function readClock(client: AlpacaClient): Promise<ClockSeen> {
  const reply = await client.call('order', (sdk, init) => sdk.trading.clock.legacyClockRaw(init));
  if (reply.status !== 200) throw new Error(`Clock: ${wordsOf(reply)}`);
  if (client.clock === null) throw new Error('Clock: the reply has no date');
  return client.clock;
}

export async function readSessions(
  client: AlpacaClient,
  from: DateText,
  to: DateText,
): Promise<readonly BrokerSession[]> {
  const ask = { what: 'Calendar', endpoint: 'list', lane: 'view', schema: calendarJson } as const;
  const [start, end] = [from, to].map((date) => new Date(`${date}T00:00:00Z`)) as [Date, Date];
  const rows = await read(client, ask, (sdk, init) =>
    sdk.trading.calendar.legacyCalendarRaw({ start, end }, init),
  );
  const sessions = sessionsOf(rows, from, to);
  if (sessions === undefined) throw new Error('Calendar: a day of it cannot be read');
  return sessions;
}

/** The best tape that these keys may read: "sip", else "iex"; throws where it is neither. */
export async function readEntitlement(client: AlpacaClient): Promise<string> {
  const told: string[] = [];
  for (const feed of ['sip', 'iex'] as const) {
    const reply = await client.call('view', (sdk, init) =>
      sdk.marketData.stocks.stockLatestQuotesRaw({ symbols: 'SPY', feed }, init),
    );
    if (reply.status === 200) return feed;
    told.push(`${feed}: ${wordsOf(reply)}`);
  }
  throw new Error(`These keys have no market data (${told.join('; ')})`);
}

/** What the broker knows of a symbol; flags that it does not tell are false. */
export interface AssetSeen {
  readonly symbol: string;
  readonly venueId: string;
  readonly active: boolean;
  readonly tradable: boolean;
  readonly marginable: boolean;
  readonly shortable: boolean;
  readonly easyToBorrow: boolean;
  readonly fractionable: boolean;
}

/** The asset of a symbol, or null where the broker has none of it. */
export async function readAsset(client: AlpacaClient, symbol: string): Promise<AssetSeen | null> {
  const ask = { what: 'Asset', endpoint: 'find', lane: 'view', schema: assetJson } as const;
  const json = await readOrNone(client, ask, (sdk, init) =>
    sdk.trading.assets.getV2AssetsSymbolOrAssetIdRaw(
      { symbolOrAssetId: alpacaSymbol(symbol) },
      init,
    ),
  );
  if (json === null) return null;
  return {
    symbol: houseSymbol(json.symbol),
    venueId: json.id,
    active: json.status === 'active',
    tradable: json.tradable === true,
    marginable: json.marginable === true,
    shortable: json.shortable === true,
    easyToBorrow: json.easy_to_borrow === true,
    fractionable: json.fractionable === true,
  };
}
