import type { Instant } from '../../base/index.ts';
import { recordOf } from '../backtest.ts';
import {
  doctor,
  type DoctorParts,
  type Finding,
  permissionsOf,
  systemSeen,
} from '../doctor/doctor.ts';
import type { BrokerSeen } from '../doctor/local.ts';
import { firstStart, journalPath } from '../journal-at.ts';
import type { LoadedDesk } from '../load.ts';
import { setupOf } from '../setup.ts';
import type { Stage } from './connection.ts';
import { KEY_NAMES, secretsOf } from './credentials.ts';
import type { OpenWorld } from './open.ts';

/** Keys and sign-in of a desk's broker, asking nobody; null for a desk that names no broker. */
export async function brokerSeen(
  { desk, folder }: LoadedDesk,
  stage: Stage,
): Promise<BrokerSeen | null> {
  if (desk.broker === null) return null;
  const { name } = desk.broker;
  const secrets = secretsOf(folder);
  const names =
    name === 'schwab' ? KEY_NAMES.schwab : KEY_NAMES.alpaca[stage === 'live' ? 'live' : 'paper'];
  const credentials = [names.id, names.secret].map((one) => ({ name: one, value: secrets(one) }));
  if (name === 'alpaca') return { name, stage, credentials };
  const { tokenSeen } = await import('./schwab.ts');
  return { name, stage, credentials, token: tokenSeen(folder, Date.now() as Instant) };
}

/** Everything that has to be right before a desk starts in a world that is open; the worst last. */
export async function examine(
  loaded: LoadedDesk,
  world: OpenWorld,
  fresh: boolean,
): Promise<readonly Finding[]> {
  const { desk, folder, configHash } = loaded;
  const broker = await brokerSeen(loaded, world.stage);
  const system = systemSeen(folder);
  const local = { folder, desk: desk.name, configHash, system, now: Date.now() as Instant, broker };
  return doctor({ local, broker: askedOf(loaded, world, fresh) });
}

/** What the broker of a world is asked. `fresh`: the journal that is there is put aside. */
export function askedOf(
  { desk, folder, definitions }: LoadedDesk,
  world: OpenWorld,
  fresh = false,
): NonNullable<DoctorParts['broker']> {
  const { connection, stage } = world;
  const setup = setupOf(desk, definitions, { account: desk.name, record: recordOf(desk) });
  const isSent = connection.counterpart !== null;
  return {
    probe: connection.probe,
    now: world.now(),
    desk,
    accountClass: isSent ? (stage === 'live' ? 'live' : 'paper') : null,
    accountNumber: connection.account,
    needs: permissionsOf(setup),
    feed: desk.broker?.name === 'alpaca' ? desk.broker.feed : null,
    journal: fresh ? null : journalSeen(folder, world),
  };
}

function journalSeen(folder: string, world: OpenWorld) {
  const account = firstStart(journalPath(folder))?.world?.account;
  if (account === undefined || world.connection.account === null) return null;
  return {
    account: account.split(':').slice(0, 2).join(' '),
    isOf: () => world.isAccount(account),
  };
}
