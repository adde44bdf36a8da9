import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Secret } from '../../adapters/index.ts';
import { formatInstant, type Instant } from '../../base/index.ts';
import { bad, fine, type Finding } from './finding.ts';
import type { SystemSeen } from './system.ts';

/** A key as it is set; null where it is not, or blank. */
export interface CredentialSeen {
  /** What it is called in `.env`. */
  readonly name: string;
  readonly value: Secret | null;
}

/** The age of a sign-in, where the broker has one. */
export interface TokenSeen {
  /** Hours within which it ends; "fine" with more left, "dead" with none. */
  readonly level: 'fine' | 'dead' | 72 | 24 | 6 | 1;
  readonly refreshExpiresAt: Instant;
}

/** The broker of a desk, and how far the desk is trusted. */
export interface BrokerSeen {
  readonly name: 'alpaca' | 'schwab';
  readonly stage: 'dry-run' | 'paper' | 'live';
  /** The key's id first. */
  readonly credentials: readonly CredentialSeen[];
  /** Null where nobody signed in yet; left out where the broker has no sign-in. */
  readonly token?: TokenSeen | null;
}

export interface LocalParts {
  readonly folder: string;
  readonly desk: string;
  /** SHA-256 of the effective configuration. */
  readonly configHash: string;
  readonly system: SystemSeen;
  readonly now: Instant;
  /** Null for a desk that names no broker. */
  readonly broker: BrokerSeen | null;
}

/** What can be told without asking anybody: configuration, keys, sign-in, machine. */
export function localFindings(parts: LocalParts): readonly Finding[] {
  const { desk, configHash, broker, system, folder, now } = parts;
  return [
    fine('Configuration', `desk "${desk}", ${configHash.slice(0, 12)}`),
    envFinding(folder),
    ...(broker === null ? [] : brokerLines(broker, now)),
    nodeFinding(system.node),
    diskFinding(system),
    writeFinding(folder, system),
    zoneFinding(system),
    filesFinding(system),
  ];
}

const OTHERS = 0o077;

function envFinding(folder: string): Finding {
  let mode: number;
  try {
    ({ mode } = statSync(join(folder, '.env')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return fine('.env', 'none');
    return bad('fail', '.env', `not known, because ${code}`, 'Make it readable for this user');
  }
  const text = (mode & 0o777).toString(8).padStart(4, '0');
  if (process.platform === 'win32') return fine('.env', 'there');
  if ((mode & OTHERS) === 0) return fine('.env', `mode ${text}`);
  return bad('fail', '.env', `mode ${text}: others may read it`, 'chmod 600 .env');
}

/** What stands in examples in the place of a key. */
const PLACEHOLDERS: readonly RegExp[] = [
  /^(?:<.*>|\$\{.*\}|\[.*\]|\.+|[x*?]+)$/i,
  /^(?:your|my|the|insert|enter|paste|put)[-_ ]/i,
  /[-_ ](?:here|placeholder)$/i,
  /^(?:change[-_ ]?me|replace[-_ ]?me|todo|none|null|example|placeholder|secret|key|test)$/i,
];

function brokerLines(broker: BrokerSeen, now: Instant): Finding[] {
  return [
    ...broker.credentials.map(credentialFinding),
    ...keyClass(broker),
    ...(broker.token === undefined ? [] : [tokenFinding(broker.token, now)]),
  ];
}

function credentialFinding({ name, value }: CredentialSeen): Finding {
  const line = 'Credentials';
  const todo = "Put the broker's own key into .env";
  if (value === null) return bad('fail', line, `${name} is not set, or blank`, todo);
  const text = value.reveal();
  if (PLACEHOLDERS.some((one) => one.test(text)))
    return bad('fail', line, `${name} is a placeholder`, todo);
  if (/\s/.test(text)) return bad('fail', line, `${name} has blanks in it`, todo);
  return fine(line, `${name} is set`);
}

/** Alpaca's keys say whose money they move: PK paper, AK live (F057). */
function keyClass({ name, stage, credentials }: BrokerSeen): Finding[] {
  const id = credentials[0]?.value?.reveal();
  if (name !== 'alpaca' || id === undefined) return [];
  const line = 'Key class';
  const found = id.startsWith('PK') ? 'paper' : id.startsWith('AK') ? 'live' : null;
  const wanted = stage === 'live' ? 'live' : 'paper';
  const todo = `Set the keys of the ${wanted} account under ${credentials[0]?.name}`;
  if (found === null) {
    return [bad('warn', line, 'the key is of an unknown kind', 'See that the account is the one')];
  }
  if (found === wanted) return [fine(line, `${found}, as stage "${stage}" wants`)];
  return [bad('fail', line, `a ${found} key, and stage "${stage}"`, todo)];
}

function tokenFinding(token: TokenSeen | null, now: Instant): Finding {
  const line = 'Sign-in';
  const todo = 'plimsoll login schwab';
  if (token === null) return bad('fail', line, 'nobody has signed in', todo);
  const left = Math.floor((token.refreshExpiresAt - now) / 3_600_000);
  const found = `ends ${formatInstant(token.refreshExpiresAt)}, in ${left} hours`;
  if (token.level === 'dead' || !(token.refreshExpiresAt > now)) {
    return bad('fail', line, 'is over', todo);
  }
  return token.level === 'fine' ? fine(line, found) : bad('warn', line, found, todo);
}

const NODE_LEAST = [20, 19] as const;

function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [least, leastMinor] = NODE_LEAST;
  if (!(major > least || (major === least && minor >= leastMinor))) {
    const found = `${version} is below ${least}.${leastMinor}`;
    return bad('fail', 'Node.js', found, 'Use Node.js 24');
  }
  if (major === least) {
    return bad('warn', 'Node.js', `${version}: end of life since April 2026`, 'Use Node.js 24');
  }
  if (major % 2 === 0) return fine('Node.js', version);
  return bad('warn', 'Node.js', `${version} gets no long-term support`, 'Use Node.js 24');
}

const [GIGABYTE, MEGABYTE] = [1e9, 1e6];
const DISK_LEAST = 100 * MEGABYTE;

function diskFinding({ freeBytes }: SystemSeen): Finding {
  if (freeBytes === null) {
    return bad('fail', 'Disk', 'free space is not known', 'See that the folder is on a disk');
  }
  const found =
    freeBytes >= GIGABYTE
      ? `${(freeBytes / GIGABYTE).toFixed(1)} GB free`
      : `${Math.floor(freeBytes / MEGABYTE)} MB free`;
  const todo = 'Make room: without it nothing can be recorded, and so nothing sent';
  if (freeBytes >= GIGABYTE) return fine('Disk', found);
  return bad(freeBytes < DISK_LEAST ? 'fail' : 'warn', 'Disk', found, todo);
}

function writeFinding(folder: string, { writeProblem }: SystemSeen): Finding {
  if (writeProblem === null) return fine('Folder', 'may be written');
  const found = `"${folder}" cannot be written (${writeProblem})`;
  return bad('fail', 'Folder', found, 'Give it to the user who runs the desk');
}

const zoneFinding = ({ zonesAreRight }: SystemSeen): Finding =>
  zonesAreRight
    ? fine('Time zones', "New York's clock is right")
    : bad(
        'warn',
        'Time zones',
        "this machine's database is wrong or missing; the desk has its own",
        'Update tzdata or Node.js: times in logs and other programs may be off',
      );

const [FILES_LEAST, FILES_WANTED] = [128, 1_024];

function filesFinding({ openFilesMax }: SystemSeen): Finding {
  const todo = `ulimit -n ${FILES_WANTED}, or LimitNOFILE of the service`;
  if (openFilesMax === null) return fine('Open files', 'no limit is told here');
  const isNone = openFilesMax === Number.MAX_SAFE_INTEGER;
  const found = isNone ? 'no limit' : `at most ${openFilesMax}`;
  if (openFilesMax >= FILES_WANTED) return fine('Open files', found);
  return bad(openFilesMax < FILES_LEAST ? 'fail' : 'warn', 'Open files', found, todo);
}
