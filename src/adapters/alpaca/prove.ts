import { fail, ok, type Result } from '../../base/index.ts';
import type { AccountClass, Identity } from '../counterpart.ts';
import { ALPACA_HOSTS, type AlpacaHosts, type AlpacaKeys } from './client.ts';

/** What the parts of a connection are told from; each must say the same (F057). */
export interface Environment {
  readonly stage: AccountClass;
  readonly keys: AlpacaKeys;
  readonly hosts: AlpacaHosts;
  readonly identity: Pick<Identity, 'number' | 'class'>;
  /** The account number that the desk is configured for. */
  readonly configuredAccount: string;
}

/**
 * Leave to send orders to one account over one connection. Made by `proveEnvironment` alone: an
 * object of the same shape from elsewhere opens nothing.
 */
export interface Leave<Stage extends AccountClass = AccountClass> {
  readonly stage: Stage;
  readonly account: string;
}
export type LiveLeave = Leave<'live'>;

interface Ground {
  readonly hosts: AlpacaHosts;
  readonly keyId: string;
}

const grounds = new WeakMap<Leave, Ground>();

/** Leave for this connection, or every disagreement between its parts, as sentences. */
export function proveEnvironment(environment: Environment): Result<Leave, readonly string[]> {
  const { stage, keys, hosts, identity, configuredAccount } = environment;
  const found = [
    ...hostProblems(stage, hosts),
    ...keyProblems(stage, keys, isLocal(hosts)),
    ...accountProblems(stage, identity, configuredAccount),
  ];
  if (found.length > 0) return fail(found);
  const leave: Leave = Object.freeze({ stage, account: identity.number });
  grounds.set(leave, { hosts, keyId: keys.keyId.reveal() });
  return ok(leave);
}

/** Whether `leave` was made here, for this stage and this connection. */
export function isLeaveFor(
  leave: Leave | null,
  { stage, hosts, keys }: Pick<Environment, 'stage' | 'hosts' | 'keys'>,
): boolean {
  const ground = leave === null ? undefined : grounds.get(leave);
  if (leave === null || ground === undefined) return false;
  const isSame = HOST_NAMES.every((name) => ground.hosts[name] === hosts[name]);
  return leave.stage === stage && isSame && ground.keyId === keys.keyId.reveal();
}

const HOST_NAMES = ['trading', 'data', 'tradeStream', 'dataStream'] as const;

/** Whose money a key moves, by how it begins; null for a key of no known kind. */
export function classOfKey(keyId: string): AccountClass | null {
  if (keyId.startsWith('PK')) return 'paper';
  return keyId.startsWith('AK') ? 'live' : null;
}

/** Whose money an origin moves; null for any that is not fixed to one stage. */
export function classOfHost(origin: string): AccountClass | null {
  for (const stage of ['paper', 'live'] as const) {
    const { trading, tradeStream } = ALPACA_HOSTS[stage];
    if (origin === trading || origin === tradeStream) return stage;
  }
  return null;
}

/** Whether all hosts are one server of this machine. */
function isLocal(hosts: AlpacaHosts): boolean {
  const names = HOST_NAMES.map((name) => new URL(hosts[name]));
  const [first] = names;
  return names.every(
    ({ host, hostname }) =>
      host === first?.host && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname),
  );
}

function hostProblems(stage: AccountClass, hosts: AlpacaHosts): string[] {
  if (isLocal(hosts)) return [];
  return HOST_NAMES.filter((name) => hosts[name] !== ALPACA_HOSTS[stage][name]).map((name) => {
    const wanted = ALPACA_HOSTS[stage][name];
    return `host "${name}" is "${hosts[name]}", stage "${stage}" has "${wanted}"`;
  });
}

/** A server of this machine may know keys of any kind but live ones for paper. */
function keyProblems(stage: AccountClass, keys: AlpacaKeys, local: boolean): string[] {
  const found = classOfKey(keys.keyId.reveal());
  if (found === stage || (found === null && local && stage === 'paper')) return [];
  return [`the key is of class "${found ?? 'unknown'}", the stage is "${stage}"`];
}

/** Numbers of paper accounts begin with these letters; those of live accounts are digits. */
const PAPER_NUMBER = /^PA/;

function accountProblems(
  stage: AccountClass,
  { number, class: found }: Environment['identity'],
  configured: string,
): string[] {
  const problems: string[] = [];
  if (configured === '') problems.push('no account number is configured');
  else if (number !== configured) {
    problems.push('the account that answered is not the configured one');
  }
  if (found !== stage) problems.push(`the account is of class "${found}", the stage is "${stage}"`);
  if (stage === 'live' && PAPER_NUMBER.test(number)) {
    problems.push('the account number is one of a paper account');
  }
  return problems;
}
