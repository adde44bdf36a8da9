import {
  type AccountClass,
  type Identity,
  maskedAccount,
  type Probe,
  masked,
} from '../../adapters/index.ts';
import {
  addDays,
  type DateText,
  formatInstant,
  type Instant,
  type Money,
} from '../../base/index.ts';
import type { Setup } from '../../engine/index.ts';
import { exchangeDate, instrumentOf, nextSession, sessionsBetween } from '../../market/index.ts';
import { type Desk, describeDesk } from '../config/index.ts';
import { dollarText } from '../config/field.ts';
import { bad, fine, type Finding } from './finding.ts';

/** What the broker has to agree to before a start. */
export interface BrokerParts {
  readonly probe: Probe;
  readonly now: Instant;
  readonly desk: Desk;
  /** Whose money the stage moves; null where nothing is sent to this broker. */
  readonly accountClass: AccountClass | null;
  /** Number of the account that the configuration names; null where it names none. */
  readonly accountNumber: string | null;
  readonly needs: Permissions;
  /** The tape the configuration asks for: "sip", "iex"; null where it does not say. */
  readonly feed: string | null;
  /** The journal that is there; null where the desk never ran. */
  readonly journal: JournalSeen | null;
  /** Longest wait for one answer; ten seconds when left out. */
  readonly deadlineMs?: number;
}

export interface JournalSeen {
  /** How its account is told to people. */
  readonly account: string;
  isOf(accountNumber: string): boolean;
}

export interface Permissions {
  /** 0 none, 1 covered, 2 long, 3 spreads. */
  readonly optionsLevel: number;
  readonly shorting: boolean;
}

const LONG_OPTIONS = 2;

const isOption = (symbol: string): boolean => instrumentOf(symbol).kind === 'option';

/** What the books of a desk may do, and so what the account has to allow. */
export function permissionsOf({ books, limits }: Pick<Setup, 'books' | 'limits'>): Permissions {
  const trades = books.some(({ strategy, params }) => strategy.universe(params).some(isOption));
  const shorts = [limits, ...books.map((book) => book.limits)].some((one) => one.shortSelling);
  return { optionsLevel: trades ? LONG_OPTIONS : 0, shorting: shorts };
}

const DEADLINE_MS = 10_000;

/** What the broker says of account, rights, data, clock and calendar; never throws. */
export async function brokerFindings(parts: BrokerParts): Promise<readonly Finding[]> {
  const { probe, now } = parts;
  const today = exchangeDate(now);
  const last = tenthSession(today);
  const ask = <T>(line: string, call: () => Promise<T>, judge: (answer: T) => Finding[]) =>
    asked({ line, call, judge, deadlineMs: parts.deadlineMs ?? DEADLINE_MS });
  const found = await Promise.all([
    ask(
      'Account',
      () => probe.identity(),
      (answer) => identityFindings(answer, parts),
    ),
    ask(
      'Data',
      () => probe.entitlement(),
      (answer) => [dataFinding(answer, parts)],
    ),
    ask(
      'Clock',
      () => probe.clock(),
      // A recorded market plays in a time of its own, which no clock of a machine should have.
      ({ offsetMs }) => (parts.desk.broker?.clock === 'recorded' ? [] : [clockFinding(offsetMs)]),
    ),
    ask(
      'Calendar',
      () => probe.sessions(today, last),
      (answer) => [calendarFinding(answer, today, last)],
    ),
  ]);
  return found.flat();
}

/** Judges one answer; what does not come, or cannot be judged, is not known and so a failure. */
async function asked<T>(question: {
  readonly line: string;
  readonly call: () => Promise<T>;
  readonly judge: (answer: T) => Finding[];
  readonly deadlineMs: number;
}): Promise<Finding[]> {
  const { line, call, judge, deadlineMs } = question;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    const why = `there was no answer within ${deadlineMs / 1_000} s`;
    timer = setTimeout(() => fail(new Error(why)), deadlineMs);
  });
  try {
    return judge(await Promise.race([Promise.resolve().then(call), late]));
  } catch (error) {
    const why = masked(error instanceof Error ? error.message : String(error)).slice(0, 300);
    const todo = 'See that the broker can be reached and the keys are right, and check again';
    return [bad('fail', line, `not known, because ${why}`, todo)];
  } finally {
    clearTimeout(timer);
  }
}

function identityFindings(identity: Identity, parts: BrokerParts): Finding[] {
  return [
    accountFinding(identity, parts),
    ...journalFinding(identity, parts),
    ...(parts.accountClass === null ? [] : moneyFindings(identity, parts)),
    ...rightsFindings(identity, parts),
  ];
}

function accountFinding(identity: Identity, parts: BrokerParts): Finding {
  const { number, type, status, blocked } = identity;
  const { accountClass, accountNumber } = parts;
  const line = 'Account';
  const name = maskedAccount(number);
  const found = `${name}, ${type}, ${identity.class}, ${status}`;
  if (number === '') return bad('fail', line, 'it has no number', 'Ask the broker');
  if (accountNumber !== null && number !== accountNumber) {
    const other = maskedAccount(accountNumber);
    const todo = 'Use the keys of that account, or name this one';
    return bad('fail', line, `the keys are of ${name}, the desk names ${other}`, todo);
  }
  if (accountClass !== null && identity.class !== accountClass) {
    const todo = `Use the keys and the address of the ${accountClass} account`;
    return bad('fail', line, `${name} is ${identity.class}, wanted ${accountClass}`, todo);
  }
  if (blocked.length > 0) {
    return bad('fail', line, `${found}: ${blocked.join(', ')}`, 'Ask the broker why');
  }
  if (status.toUpperCase() !== 'ACTIVE') return bad('fail', line, found, 'Ask the broker why');
  if (accountClass !== null && accountNumber === null) {
    return bad('fail', line, `${found}; the desk names no account`, 'Name it in desk.yaml');
  }
  if (type !== 'unknown') return fine(line, found);
  return bad('warn', line, found, 'See whether it is a cash or a margin account');
}

function journalFinding({ number }: Identity, { journal }: BrokerParts): Finding[] {
  if (journal === null) return [fine('Journal', 'none yet')];
  if (journal.isOf(number)) return [fine('Journal', `bound to ${journal.account}`)];
  const found = `bound to ${journal.account}, not to ${maskedAccount(number)}`;
  const todo = 'Use the keys of that account, or begin a new journal with --fresh';
  return [bad('fail', 'Journal', found, todo)];
}

/**
 * The account's equity against the desk's capital, and the limits in dollars of it. A desk that ran
 * before may have lost some of it: its books are compared with the account when it starts.
 */
function moneyFindings({ equity }: Identity, { desk, journal }: BrokerParts): Finding[] {
  const line = 'Equity';
  if (equity === null || !Number.isSafeInteger(equity)) {
    return [bad('fail', line, 'not known: the broker does not tell', 'Ask the broker')];
  }
  const began = journal === null ? 'the desk trades' : 'the desk began with';
  const found = `${centsText(equity)}, ${began} ${centsText(desk.capital)}`;
  const judged =
    equity < desk.capital && journal === null
      ? bad('fail', line, found, 'Lower the capital of the desk, or pay in')
      : fine(line, found);
  if (equity <= 0) return [judged];
  return [judged, ...limitFindings(desk, equity)];
}

/** Dollars, cut to cents for reading. */
const centsText = (amount: Money): string => dollarText(amount).replace(/(\.\d\d)\d+$/, '$1');

const isLimit = (text: string): boolean => /^(?:Desk|Book "[^"]*") limit/.test(text);

const limitFindings = (desk: Desk, equity: Money): Finding[] =>
  describeDesk({ ...desk, capital: equity })
    .filter(isLimit)
    .map((text) => fine('Limit', text));

function rightsFindings({ optionsLevel, shorting, type }: Identity, parts: BrokerParts): Finding[] {
  const { needs } = parts;
  const findings: Finding[] = [];
  const line = 'Permissions';
  const verdict = parts.accountClass === null ? 'warn' : 'fail';
  if (needs.optionsLevel > 0 && optionsLevel === null) {
    const todo = 'Look at the account, and take options out of the books where it has none';
    findings.push(bad('warn', line, 'the broker does not tell the level of options', todo));
  } else if (needs.optionsLevel > (optionsLevel ?? 0)) {
    const found = `options of level ${optionsLevel}, the books need ${needs.optionsLevel}`;
    findings.push(bad(verdict, line, found, 'Apply for it, or take options out of the books'));
  }
  if (needs.shorting && shorting === null) {
    const todo = 'Look at the account, and forbid short selling where it may not';
    findings.push(bad('warn', line, 'the broker does not tell whether it may sell short', todo));
  } else if (needs.shorting && (shorting === false || type === 'cash')) {
    const found = 'the account may not sell short, the limits of the desk allow it';
    findings.push(bad(verdict, line, found, 'Set short_selling: false, or apply for margin'));
  }
  if (findings.length > 0) return findings;
  const used = [
    ...(needs.optionsLevel > 0 ? [`options of level ${optionsLevel}`] : []),
    ...(needs.shorting ? ['short selling'] : []),
  ];
  return [fine(line, used.length === 0 ? 'long shares are all that is needed' : used.join(', '))];
}

function dataFinding(tape: string, { feed }: BrokerParts): Finding {
  const line = 'Data';
  if (tape.trim() === '') return bad('fail', line, 'no tape is told', 'Ask the broker');
  const has = tape.toLowerCase();
  if (feed === null || has === feed) return fine(line, `tape "${has}"`);
  const found = `tape "${has}", the desk asks for "${feed}"`;
  if (has === 'sip') return fine(line, found);
  return bad('fail', line, found, `Subscribe to it, or set feed: ${has}`);
}

const [SKEW_WARN_MS, SKEW_FAIL_MS] = [1_000, 5_000];

function clockFinding(offsetMs: number): Finding {
  const size = Math.abs(offsetMs);
  const way = offsetMs > 0 ? 'behind' : 'ahead of';
  const found = `this machine is ${(size / 1_000).toFixed(1)} s ${way} the broker`;
  const todo = 'Set its clock by NTP (chrony, systemd-timesyncd)';
  if (size < SKEW_WARN_MS) return fine('Clock', found);
  return bad(size < SKEW_FAIL_MS ? 'warn' : 'fail', 'Clock', found, todo);
}

const SESSIONS_AHEAD = 10;

function tenthSession(today: DateText): DateText {
  let date = today;
  for (let i = 0; i < SESSIONS_AHEAD; i += 1) ({ date } = nextSession(date));
  return date;
}

const hoursOf = (one: { open: Instant; close: Instant } | undefined): string =>
  one === undefined ? 'closed' : `${formatInstant(one.open)} to ${formatInstant(one.close)}`;

/** Today and the next ten sessions, open and close, have to be the same (F048). */
function calendarFinding(
  theirs: Awaited<ReturnType<Probe['sessions']>>,
  from: DateText,
  to: DateText,
): Finding {
  const ours = new Map(sessionsBetween(from, to).map((one) => [one.date, one]));
  const told = new Map(theirs.map((one) => [one.date, one]));
  const differing: string[] = [];
  for (let date = from; date <= to; date = addDays(date, 1)) {
    const [mine, other] = [hoursOf(ours.get(date)), hoursOf(told.get(date))];
    if (mine !== other) differing.push(`${date} is ${other} at the broker, here ${mine}`);
  }
  const todo = 'Do not trade before it is known which is right; update this program';
  if (differing.length > 0) {
    const more = differing.length > 3 ? ` and ${differing.length - 3} more` : '';
    return bad('fail', 'Calendar', `${differing.slice(0, 3).join('; ')}${more}`, todo);
  }
  return fine('Calendar', `the broker's, ${ours.size} sessions to ${to}`);
}
