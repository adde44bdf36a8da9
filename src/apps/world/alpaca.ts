import { AlpacaBroker, alpacaClient, AlpacaData, classOfKey } from '../../adapters/alpaca/index.ts';
import { type AccountClass, type Probe, RequestBudget, UNLIMITED } from '../../adapters/index.ts';
import { YahooHistory } from '../../adapters/history/index.ts';
import { BadInput } from '../../base/index.ts';
import type { BrokerConfig } from '../config/index.ts';
import { buildVersion } from '../version.ts';
import type { Connection, ConnectOptions } from './connection.ts';
import { KEY_NAMES, pairOf } from './credentials.ts';
import { RoutedData } from './routed-data.ts';

/**
 * Alpaca for a desk. A dry run reads data with the keys of the paper account and sends nothing; for
 * paper and live, whose money the connection moves is proven first (F057). Throws `BadInput`.
 */
export async function connectAlpaca(
  options: ConnectOptions,
  config: BrokerConfig,
): Promise<Connection> {
  const { stage, secrets, now, since, isOurs, headers } = options;
  const asked: AccountClass = stage === 'live' ? 'live' : 'paper';
  const names = KEY_NAMES.alpaca[asked];
  const { id: keyId, secret } = pairOf(secrets, names);
  const found = classOfKey(keyId.reveal());
  if (found !== null && found !== asked) {
    throw new BadInput(`${names.id}: found a key of a ${found} account, wanted one of ${asked}`);
  }
  const client = alpacaClient({
    stage: asked,
    keys: { keyId, secret },
    feed: config.feed,
    ...(config.url !== null && { url: config.url }),
    ...(headers !== undefined && { headers, budget: new RequestBudget(UNLIMITED) }),
  });
  // Alpaca has no indices: those come from Yahoo.
  const own = new AlpacaData(client, { now });
  const data = new RoutedData(
    own,
    () => new YahooHistory({ now, userAgent: `plimsoll/${buildVersion()}` }),
  );
  const broker = new AlpacaBroker({ client, since, isOurs });
  const close = async () => {
    await broker.close();
    await client.close();
  };
  try {
    const account = stage === 'dry-run' ? null : await proven(broker, { asked, config });
    return {
      data,
      counterpart: account === null ? null : broker,
      probe: broker satisfies Probe,
      account,
      clockSeen: () => broker.clockSeen,
      signInHolds: () => null,
      tend: () => {},
      signInNotices: () => [],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The account's number, once every part of the connection agrees that it is the one. */
async function proven(
  broker: AlpacaBroker,
  { asked, config }: { asked: AccountClass; config: BrokerConfig },
): Promise<string> {
  const configured = config.accounts[asked];
  if (configured === null) {
    throw new BadInput(`broker.accounts.${asked} is not set: wanted the number of that account`);
  }
  const found = await broker.prove(configured).catch((error: Error) => {
    if (!/\b40[13]\b/.test(error.message)) throw error;
    const { id, secret } = KEY_NAMES.alpaca[asked];
    const hint = `is the key in .env still good (${id}, ${secret})?`;
    throw new BadInput(`Who the keys belong to is not known: ${error.message}; ${hint}`);
  });
  if (!found.ok) {
    throw new BadInput(`Stage "${asked}" and the connection disagree: ${found.error.join('; ')}`);
  }
  if (asked === 'live') broker.arm(found.value);
  return configured;
}
